import type { Threshold } from '../../scan/threshold.ts';
import type { OutputFormat } from '../output-format.ts';

/** Options of `vouchsafe scan` as they come from the command line. */
export interface ScanArguments {
  readonly format?: OutputFormat;
  readonly output: readonly string[];
  readonly as?: string;
  readonly failOn?: Threshold;
  readonly policy?: string;
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly jobs?: number;
  readonly hash?: boolean;
  readonly includeGit?: boolean;
  readonly stdinName?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly progress: boolean;
}
