import type { DatabaseConnection, Dialect, Kysely } from 'kysely';
import type { Database } from './tables/index.ts';
import type { StoreError } from './errors.ts';

export type DialectName = 'sqlite' | 'postgres';

/** A connection that one batch has for itself. */
export interface Session {
  readonly connection: DatabaseConnection;
  /** False once the database has ended the transaction by itself, as SQLite does when the disk is full. */
  isInTransaction(): boolean;
  /** Undoes what was not committed; never throws, for the connection may be lost. */
  rollback(): Promise<void>;
  release(): Promise<void>;
}

/** What became of a batch whose commit was not answered. */
export type CommitOutcome = 'committed' | 'rolled-back' | 'unknown';

/** What differs between the databases. */
export interface Column {
  readonly name: DialectName;
  readonly dialect: Dialect;
  /** Reads what is committed; cannot write. */
  readonly read: Kysely<Database>;
  /** Begins a transaction which will write. */
  readonly begin: string;
  session(): Promise<Session>;
  /** An error of a statement, in the store's words. */
  translate(error: unknown): StoreError;
  /** True where the whole batch should be tried again: others were in its way, or the connection was lost. */
  isRetryable(error: unknown): boolean;
  isConnectionLost(error: unknown): boolean;
  /** Names the transaction of a session, so that its outcome can be asked for; null where a commit always answers. */
  transactionId(session: Session): Promise<string | null>;
  outcomeOf(transactionId: string): Promise<CommitOutcome>;
  /** Runs alone among all processes that use these records. */
  alone<T>(run: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
