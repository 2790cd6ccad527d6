import type { Limits } from '../bytes/limits.ts';
import type { Source } from '../bytes/source.ts';
import type { Finding } from '../scan/report.ts';
import type { Change, Edit } from './change.ts';
import type { Examination } from './examination.ts';
import type { CleanOptions } from './options.ts';

/** One file to take dangerous parts out of, and what was found in it. */
export interface CleanJob {
  readonly source: Source;
  /** As the report names it; its last segment says which loader reads the file. */
  readonly path: string;
  readonly examination: Examination;
  /** What is to be fixed, worst first; empty when only the options ask for something. */
  readonly findings: readonly Finding[];
  readonly options: CleanOptions;
  readonly limits: Limits;
  /** A file beside this one; null when there is none of that name, or it is larger than a document may be. */
  readonly sibling: (fileName: string) => Uint8Array | null;
}

/** What is to be done. No edits at all means that nothing helps. */
export interface Plan {
  readonly edits: readonly Edit[];
  /** The same content written in a form that can be edited; edits are planned anew on it. */
  readonly rewritten?: { readonly source: Source; readonly change: Change };
  /** The whole file is what is dangerous, and it can be done without. */
  readonly leaveOut?: Change;
}

/** Knows how to take dangerous parts out of files of some formats, and leave everything else as it is. */
export interface Cleaner<Id extends string = string> {
  readonly id: Id;
  readonly title: string;
  /** Format ids it edits. */
  readonly formats: readonly string[];
  /** True when the options alone, without any finding, may ask for a change of such a file. */
  readonly isWanted?: (options: CleanOptions) => boolean;
  /** @throws CleanError, FormatError, LimitError. */
  readonly plan: (job: CleanJob) => Plan;
  /** What differs that must not, or null: the tensors before and after, the tree less what was removed. */
  readonly difference?: (before: Examination, after: Examination) => string | null;
}

/** Typed identity: keeps the literal id. */
export function defineCleaner<const Id extends string>(cleaner: Cleaner<Id>): Cleaner<Id> {
  return cleaner;
}
