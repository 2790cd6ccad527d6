import type { Bus } from '../bus/bus.ts';
import type { PostgresPlace } from '../postgres/place.ts';
import type { Store } from '../store.ts';
import type { Enqueue } from '../write/change-scope.ts';
import type { AttemptEvent } from './attempt.ts';
import type { JobsConfig } from './config.ts';
import { JobError } from './errors.ts';
import type { Jobs } from './job.ts';
import type { JobSource } from './job-source.ts';
import { StoredJobs } from './stored-jobs.ts';
import { TableSource } from './table-source.ts';
import { timingOf, type JobTiming } from './timing.ts';
import type { JobSchedule } from './upkeep.ts';

export interface JobsOptions {
  readonly config: JobsConfig;
  /** Every kind of job there is; others are refused. */
  readonly kinds: readonly string[];
  readonly schedules?: readonly JobSchedule[];
  /** Kinds that wait for others most of the time: so many jobs of each run beside those that `threads` bounds. */
  readonly beside?: Readonly<Record<string, number>>;
  /** Where the records are; needed for pg-boss. */
  readonly postgres?: PostgresPlace | undefined;
  readonly timing?: Partial<JobTiming>;
  /** ms since 1970. */
  readonly clock?: () => number;
  /** Told of what stops nothing but should be looked at, such as an attempt that failed. */
  readonly warn: (error: unknown) => void;
  /** Told how each attempt in this process goes. */
  readonly observe?: (event: AttemptEvent) => void;
}

/** A queue without a store yet: `enqueue` is what `openStore` wants, `attach` gives the queue for everything else. */
export interface OpenedJobs {
  readonly enqueue: Enqueue;
  /** Attach before the first change adds a job. */
  attach(store: Store, bus?: Bus): Jobs;
  /** Where it was never attached; else `stop` of the queue does it. */
  close(): Promise<void>;
}

interface Opened {
  readonly sourceOf: (store: Store) => JobSource;
  readonly close: () => Promise<void>;
}

/** Opens the queue that the configuration names. @throws JobError `jobs-unconfigured` */
export async function openJobs(options: JobsOptions): Promise<OpenedJobs> {
  const { config, kinds, schedules = [], beside = {}, warn, clock = Date.now, observe = () => undefined } = options;
  const timing = { ...timingOf(config.leaseSeconds), ...options.timing };
  const { sourceOf, close } = await openSource(options, timing, clock);
  const { column, threads: concurrency } = config;
  const jobs = new StoredJobs({ column, kinds, schedules, concurrency, beside, timing, clock, warn, observe });
  return {
    enqueue: (change, request, nowMs) => jobs.enqueue(change, request, nowMs),
    attach: (store, bus) => jobs.attach({ store, bus, source: sourceOf(store) }),
    close,
  };
}

async function openSource(options: JobsOptions, { leaseMs }: JobTiming, clock: () => number): Promise<Opened> {
  const { config, kinds, postgres, warn } = options;
  if (config.column === 'embedded') {
    return { sourceOf: (store) => new TableSource({ store, leaseMs, clock }), close: () => Promise.resolve() };
  }
  if (postgres === undefined) throw JobError.of('jobs-unconfigured', { reason: 'pg-boss needs records in PostgreSQL' });
  const { PgBossSource, PgBossTickets } = await import('./pg-boss-source.ts');
  const tickets = await PgBossTickets.open({ postgres, kinds, warn });
  return {
    sourceOf: (store) => new PgBossSource(tickets, { store, leaseMs, clock }),
    close: () => tickets.close(),
  };
}
