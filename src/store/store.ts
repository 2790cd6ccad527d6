import type { Kysely, Transaction } from 'kysely';
import type { EntryDraft } from '../ledger/entry.ts';
import type { JobRequest } from './jobs/job.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Database } from './tables/index.ts';

/**
 * What a business change may do. Only SQL: no network, no waiting, no slow computing, because others wait in the same
 * batch. It may run again when its batch must be tried again, so whatever it does elsewhere belongs into `afterCommit`.
 * A statement that fails makes the change fail, even when the error is caught: `on conflict` is the way to expect one.
 */
export interface Change {
  readonly sql: Transaction<Database>;
  /** Adds an entry to the ledger, committed together with the change or not at all. Several keep their order. */
  readonly record: (draft: EntryDraft) => void;
  /** Adds a job, committed together with the change or not at all. Answers with its id. */
  readonly enqueue: (request: JobRequest) => Promise<string>;
  /** Runs once the change is durable; never when it failed. Must not throw. */
  readonly afterCommit: (run: () => void) => void;
}

export interface Committed<T> {
  readonly value: T;
  /** Where the recorded entries ended up, in the order in which they were recorded. */
  readonly entries: readonly { readonly id: string; readonly index: number }[];
}

/** The records of the server and its ledger: SQLite in the data folder, or PostgreSQL. */
export interface Store {
  readonly dialect: 'sqlite' | 'postgres';
  /** For reading committed records. Never write through it: what it writes would escape the ledger. */
  readonly read: Kysely<Database>;
  /**
   * Runs a change. Changes that wait at the same time share one database transaction, a savepoint each, and one commit;
   * what throws is rolled back alone. Resolves when everything is durable.
   */
  change<T>(run: (change: Change) => Promise<T>): Promise<Committed<T>>;
  readonly ledger: Ledger;
  /** Waits for changes under way, signs the ledger, then closes. */
  close(): Promise<void>;
}
