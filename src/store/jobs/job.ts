import type { PrincipalRef } from '../../contract/types/common.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Work that outlives the request that asked for it. */
export interface JobRequest {
  /** Names the handler. */
  readonly kind: string;
  readonly data: Readonly<Record<string, Json>>;
  /** Not before, in ms since 1970; at once where absent. */
  readonly runAt?: number;
  /** While a job with the same kind and key waits or runs, another is not added: its id is the answer. */
  readonly uniqueKey?: string;
  readonly maxAttempts?: number;
  readonly requestedBy?: PrincipalRef;
}

export interface JobContext {
  readonly id: string;
  /** 1 for the first. */
  readonly attempt: number;
  readonly data: Readonly<Record<string, Json>>;
  /** Aborted when the worker stops or the job lost its lease. */
  readonly signal: AbortSignal;
  /** From 0 to 1; also renews the lease. */
  readonly progress: (fraction: number) => Promise<void>;
}

/** What a job left behind: a blob, where it made one. */
export interface JobResult {
  readonly digest: string;
  readonly bytes: number;
  readonly name: string;
}

/** Runs at least once for each job, so it must be repeatable; its result is recorded once. */
export type JobHandler = (context: JobContext) => Promise<JobResult | undefined>;

export interface JobRecord {
  readonly id: string;
  readonly kind: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  readonly attempts: number;
  readonly progress: number | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly error: string | null;
  readonly requestedBy: PrincipalRef | null;
  readonly result: JobResult | null;
}

export interface JobFilter {
  readonly state?: JobRecord['state'];
  readonly kind?: string;
  readonly limit: number;
  /** The id after which to go on, from the newest to the oldest. */
  readonly after?: string;
}

/** The queue: a durable table with worker threads, or pg-boss with worker processes. Adding is part of a change. */
export interface Jobs {
  readonly column: 'embedded' | 'pg-boss';
  find(id: string): Promise<JobRecord | undefined>;
  list(filter: JobFilter): Promise<readonly JobRecord[]>;
  counts(): Promise<{ readonly waiting: number; readonly running: number; readonly failed: number }>;
  /** Runs a failed job again, and records who wanted that. */
  retry(id: string, by: PrincipalRef): Promise<void>;
  /** Ends a job that waits or runs, and records who wanted that. An attempt under way is told within the time of a renewal. */
  cancel(id: string, by: PrincipalRef): Promise<void>;
  /** Begins to work; `stop` lets jobs under way end, within its time, and gives back the others. */
  start(handlers: Readonly<Record<string, JobHandler>>): Promise<void>;
  stop(options: { readonly timeoutMs: number }): Promise<void>;
}
