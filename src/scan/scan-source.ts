import { defaultLimits, type Limits } from '../bytes/limits.ts';
import type { Source } from '../bytes/source.ts';
import { formats } from '../formats/index.ts';
import type { Format } from '../formats/format.ts';
import { rules } from '../rules/index.ts';
import type { AnyRule, RulePolicy } from '../rules/rule.ts';
import { examine } from './examine.ts';
import type { ArtifactReport } from './report.ts';

export interface ScanSourceOptions {
  readonly limits?: Partial<Limits>;
  readonly policy?: Partial<RulePolicy>;
  readonly rules?: readonly AnyRule[];
  readonly forcedFormat?: Format;
  /** True when a file of this name lies beside the one examined; without it nothing does. */
  readonly hasSibling?: (fileName: string) => boolean;
}

/** Examines one source with every format and rule there is. `path` names it in the report and hints at its loader. */
export function scanSource(source: Source, path: string, options: ScanSourceOptions = {}): ArtifactReport {
  return examine(source, path, {
    formats,
    rules: options.rules ?? rules,
    limits: { ...defaultLimits, ...options.limits },
    policy: { allowedGlobals: new Set(), allowedTargetRoots: new Set(), ...options.policy },
    ...(options.forcedFormat === undefined ? {} : { forcedFormat: options.forcedFormat }),
    ...(options.hasSibling === undefined ? {} : { hasSibling: options.hasSibling }),
  });
}
