/** Every bound of the store, in one place. */
export const storeLimits = {
  /** Changes that may wait for their turn; further ones are refused. */
  maxQueuedChanges: 10_000,
  /** Changes that share one commit. */
  maxBatchChanges: 500,
  /** A batch takes in no further change after this: those in it wait for the slowest. */
  maxBatchMs: 25,
  /** One change may hold up all others for so long. */
  maxChangeMs: 5_000,
  /** PostgreSQL ends a statement after this, however it hangs. */
  maxStatementMs: 15_000,
  /** PostgreSQL ends a session that stands still within a transaction: it may hold the head of the ledger. */
  maxIdleInTransactionMs: 30_000,
  /** How often a batch is tried that the database refuses because of others. */
  maxBatchAttempts: 6,
  /** Entries that one change may record. */
  maxEntriesPerChange: 10_000,
  /** SQLite connections that read at the same time. */
  maxReaders: 8,
  /** Prepared statements kept on each SQLite connection. */
  maxStatements: 300,
  /** A start waits so long for the migrations of another process. */
  maxMigrationWaitMs: 60_000,
  /** After a lost connection, how long the outcome of a commit is asked for. */
  maxOutcomeWaitMs: 15_000,
} as const;
