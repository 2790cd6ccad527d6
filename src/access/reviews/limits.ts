const DAY_MS = 86_400_000;

/** What bounds access reviews. */
export const reviewLimits = {
  /** One report must stay readable, and one change short. */
  maxItems: 10_000,
  minDueMs: 3_600_000,
  maxDueMs: 366 * DAY_MS,
  /** Days without use after which a grant is proposed for removal, unless the configuration says otherwise. */
  unusedDays: 90,
  /** Daily reminders after a campaign was due. */
  maxOverdueReminders: 14,
  /** Names in a message: enough to act on. */
  maxNamed: 10,
  /** Rows in one statement: SQLite takes 32,766 values, PostgreSQL 65,535. */
  rowsPerInsert: 500,
} as const;

export const dayMs = DAY_MS;
