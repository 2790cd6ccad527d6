import { join } from 'node:path';
import { openAccess } from '../../access/access.ts';
import { nodeChecks } from '../../node/ledger/crypto.ts';
import { openBlobs } from '../../store/blobs/open-blobs.ts';
import { openBus } from '../../store/bus/open-bus.ts';
import { openCounters } from '../../store/counters/open-counters.ts';
import { openJobs, type JobsOptions, type OpenedJobs } from '../../store/jobs/open-jobs.ts';
import { openStore } from '../../store/open-store.ts';
import { prepareFolder } from '../../store/sqlite/folder.ts';
import type { Authenticator } from '../authenticate.ts';
import { healthCheck } from '../check-health.ts';
import type { ServerFacts } from '../facts.ts';
import { jobKinds } from '../jobs/index.ts';
import { schedulesOf } from '../jobs/schedules.ts';
import type { ServerLog } from '../plugins/log/server-log.ts';
import type { Services } from '../services.ts';
import { blobsConfigOf } from './blobs-config.ts';
import type { Closing } from './closing.ts';
import { ledgerSigners, makeKeysFolder } from './ledger-keys.ts';
import { postgresOf, recordsConfig } from './records-config.ts';

/** How long jobs under way may go on when the server stops. */
export const JOBS_STOP_MS = 10_000;

export interface OpenServicesOptions {
  readonly facts: ServerFacts;
  /** The data folder. */
  readonly folder: string;
  readonly log: ServerLog;
  readonly closing: Closing;
  /** ms since 1970. */
  readonly clock: () => number;
}

export interface OpenedServices {
  readonly services: Services;
  readonly authenticator: Authenticator;
}

/** Opens everything that routes use, in the columns that the configuration names. */
export async function openServices(options: OpenServicesOptions): Promise<OpenedServices> {
  const { facts, closing, clock, log } = options;
  const { config } = facts;
  const parts = await openParts(options);
  const access = closing.add(
    await openAccess({
      store: parts.store,
      bus: parts.bus,
      clock,
      stepUpSeconds: config.access.stepUpSeconds,
      dualControl: 'single-administrator-may',
      onError: (error) => log.failure('access', error),
    }),
    (access) => access.close(),
  );
  return {
    services: { ...parts, access, authorizer: access.authorizer, facts, clock, health: healthCheck(clock) },
    authenticator: { resolveSession: async () => null, resolveBearer: async () => undefined },
  };
}

type Parts = Pick<Services, 'store' | 'blobs' | 'counters' | 'bus' | 'jobs'>;

/** The store in all its columns. */
async function openParts(options: OpenServicesOptions): Promise<Parts> {
  const { facts, folder, log, closing, clock } = options;
  const { config } = facts;
  const warn = (error: unknown): void => log.failure('store', error);
  prepareFolder(folder);
  const keysFolder = config.keys ?? join(folder, 'keys');
  makeKeysFolder(keysFolder);
  const records = recordsConfig(config, folder);
  const postgres = postgresOf(records);
  const counters = closing.add(await openCounters(config.counters), (opened) => opened.close());
  const redis = 'redis' in config.counters ? config.counters.redis : undefined;
  const bus = closing.add(await openBus({ redis, postgres }), (opened) => opened.close());
  const blobs = closing.add(await openBlobs(blobsConfigOf(config, folder)), (opened) => opened.close());
  const queue = closing.add(await openQueue(options, postgres), (opened) => opened.close());
  const origin = config.ledger.origin ?? `${new URL(facts.origin).host}/ledger`;
  const store = closing.add(
    await openStore({
      records,
      enqueue: queue.enqueue,
      ledger: { origin, signers: ledgerSigners(keysFolder, origin, clock), checks: nodeChecks },
      clock,
      warn,
    }),
    (opened) => opened.close(),
  );
  const jobs = queue.attach(store, bus);
  closing.add(jobs, (opened) => opened.stop({ timeoutMs: JOBS_STOP_MS }));
  return { store, blobs, counters, bus, jobs };
}

function openQueue(
  { facts: { config }, clock, log }: OpenServicesOptions,
  postgres: JobsOptions['postgres'],
): Promise<OpenedJobs> {
  return openJobs({
    config: config.jobs,
    kinds: jobKinds,
    schedules: schedulesOf(config),
    postgres,
    clock,
    warn: (error) => log.failure('jobs', error),
    observe: ({ type, id, kind, attempt, ms }) => log.event('job', { state: type, job: id, kind, attempt, ms }),
  });
}
