import type { MetadataChoice } from '../../clean/options.ts';
import type { TemplateName } from '../../clean/templates/index.ts';

export const cleanFormats = ['terminal', 'json'] as const;

/** Options of `vouchsafe clean`. */
export interface CleanArguments {
  readonly output?: string;
  readonly inPlace?: boolean;
  /** True without a suffix of its own. */
  readonly backup?: string | true;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly template: TemplateName | 'none' | 'auto';
  readonly keepMetadata: MetadataChoice;
  readonly dropCells?: boolean;
  readonly clearNotebooks?: boolean;
  readonly dropUnsafe?: boolean;
  readonly low?: boolean;
  readonly policy?: string;
  readonly record?: string;
  readonly includeGit?: boolean;
  readonly format: (typeof cleanFormats)[number];
  readonly progress: boolean;
}
