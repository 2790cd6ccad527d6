import type { Access } from '../access/access.ts';
import type { Authorizer } from '../access/decision.ts';
import type { People } from '../access/people/people.ts';
import type { Reviews } from '../access/reviews/reviews.ts';
import type { Registry } from '../registry/registry.ts';
import type { ServiceAccess } from '../access/services/open-services.ts';
import type { Blobs } from '../store/blobs/blobs.ts';
import type { Bus } from '../store/bus/bus.ts';
import type { Counters } from '../store/counters/counters.ts';
import type { Jobs } from '../store/jobs/job.ts';
import type { Store } from '../store/store.ts';
import type { HealthCheck } from './check-health.ts';
import type { EventStreams } from './plugins/events/event-streams.ts';
import type { ServerFacts } from './facts.ts';

/** Everything a route may use. Made once at the start; tests make it from parts. */
export interface Services {
  readonly store: Store;
  readonly blobs: Blobs;
  readonly jobs: Jobs;
  readonly counters: Counters;
  readonly bus: Bus;
  readonly access: Access;
  readonly authorizer: Authorizer;
  readonly people: People;
  /** Services, their keys and tokens. */
  readonly programs: ServiceAccess;
  readonly reviews: Reviews;
  readonly registry: Registry;
  readonly events: EventStreams;
  readonly facts: ServerFacts;
  readonly health: HealthCheck;
  /** ms since 1970. */
  readonly clock: () => number;
}
