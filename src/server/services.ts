import type { HealthCheck } from './check-health.ts';
import type { ServerFacts } from './facts.ts';
import type { Authorizer } from '../access/decision.ts';
import type { Blobs } from '../store/blobs/blobs.ts';
import type { Bus } from '../store/bus/bus.ts';
import type { Counters } from '../store/counters/counters.ts';
import type { Jobs } from '../store/jobs/job.ts';
import type { Store } from '../store/store.ts';

/** Everything a route may use. Made once at the start; tests make it from parts. */
export interface Services {
  readonly store: Store;
  readonly blobs: Blobs;
  readonly jobs: Jobs;
  readonly counters: Counters;
  readonly bus: Bus;
  readonly authorizer: Authorizer;
  readonly facts: ServerFacts;
  readonly health: HealthCheck;
  /** ms since 1970. */
  readonly clock: () => number;
}
