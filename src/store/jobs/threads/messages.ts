import type { EntryDraft } from '../../../ledger/entry.ts';
import type { Store } from '../../store.ts';
import type { Json, JobRequest, JobResult } from '../job.ts';
import type { PlainError } from './plain-error.ts';

/** A statement with its parameters, as a query builder compiles it. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Which run of which change: a change may run again when its batch is tried again. */
export interface ChangeAt {
  readonly change: number;
  readonly run: number;
}

export interface ThreadSetup {
  readonly dialect: Store['dialect'];
  /** What the file of the thread makes its services of. */
  readonly settings: unknown;
}

/** To the thread. */
export type ToThread =
  | {
      readonly type: 'run';
      readonly kind: string;
      readonly id: string;
      readonly attempt: number;
      readonly data: Readonly<Record<string, Json>>;
    }
  | { readonly type: 'stop'; readonly reason: string }
  | { readonly type: 'begin'; readonly at: ChangeAt }
  | { readonly type: 'answer'; readonly ask: number; readonly value: unknown }
  | { readonly type: 'failure'; readonly ask: number; readonly error: PlainError };

/** What a thread asks of the process. */
export type Question =
  | { readonly what: 'read'; readonly statement: Statement }
  | { readonly what: 'change'; readonly change: number }
  | { readonly what: 'query'; readonly at: ChangeAt; readonly statement: Statement }
  | { readonly what: 'enqueue'; readonly at: ChangeAt; readonly request: JobRequest }
  | { readonly what: 'progress'; readonly fraction: number };

/** From the thread. */
export type FromThread =
  | { readonly type: 'ready' }
  | { readonly type: 'ask'; readonly ask: number; readonly question: Question }
  | { readonly type: 'record'; readonly at: ChangeAt; readonly draft: EntryDraft }
  | { readonly type: 'end'; readonly at: ChangeAt; readonly error: PlainError | null }
  | { readonly type: 'done'; readonly result: JobResult | undefined }
  | { readonly type: 'failed'; readonly error: PlainError };
