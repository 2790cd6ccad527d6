const HOUR_MS = 3_600_000;

/** Every bound of the queue. */
export const jobLimits = {
  /** What a job is told; more belongs into a blob. */
  maxDataBytes: 64 * 1024,
  maxErrorLength: 500,
  defaultMaxAttempts: 5,
  /** Progress is written at most so often. */
  progressMs: 1_000,
  /** How often due jobs are looked for where nothing wakes the worker. */
  pollMs: 1_000,
  /** Before the second attempt; doubled before each further one. */
  firstRetryMs: 5_000,
  maxRetryMs: HOUR_MS,
  /** What was told to stop may clean up for so long, before its job is given back regardless. */
  stopGraceMs: 2_000,
  /** Records of jobs that ended are kept for so long, unless they left a result. */
  keepEndedMs: 30 * 24 * HOUR_MS,
  maxForgottenAtOnce: 1_000,
} as const;
