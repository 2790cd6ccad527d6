import type { Limits } from '../bytes/limits.ts';
import type { Decisions } from '../scan/judge.ts';
import type { RawPath } from './raw-path.ts';

/** How every file of a run is examined; plain data, handed to each worker once. */
export interface ScanSettings {
  readonly limits: Limits;
  readonly allowedGlobals: readonly string[];
  readonly allowedTargetRoots: readonly string[];
  readonly decisions: Decisions;
  /** Id of the format to parse as, whatever the bytes look like. */
  readonly forcedFormat?: string | undefined;
  /** Hash every file. */
  readonly hash: boolean;
}

/** One file to examine. */
export interface ScanTask {
  /** Place of its report in the result. */
  readonly index: number;
  readonly file: RawPath;
  readonly path: string;
  readonly outside?: string;
  /** Not to be sent to a worker together with others: one of them took a worker down. */
  readonly alone?: boolean;
}
