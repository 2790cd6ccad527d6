import { join } from 'node:path';
import { type Access, openAccess } from '../../access/access.ts';
import { makePeople, type People } from '../../access/people/people.ts';
import { hasAccounts } from '../../access/people/accounts/has-accounts.ts';
import { openKeyFile } from '../../access/people/secrets/key-file.ts';
import { resolveSession } from '../../access/people/sessions/resolve-session.ts';
import { grantPorts, policiesInForce, serviceGrants } from '../../access/ports.ts';
import { Reviews } from '../../access/reviews/reviews.ts';
import { openServiceAccess } from '../../access/services/open-services.ts';
import { parseVerifierKey } from '../../ledger/verifier-key.ts';
import { nodeChecks } from '../../node/ledger/crypto.ts';
import { openBlobs } from '../../store/blobs/open-blobs.ts';
import { openBus } from '../../store/bus/open-bus.ts';
import { openCounters } from '../../store/counters/open-counters.ts';
import type { JobHandler } from '../../store/jobs/job.ts';
import { openJobs, type JobsOptions, type OpenedJobs } from '../../store/jobs/open-jobs.ts';
import { eraseOpenings } from '../../store/ledger/erase.ts';
import { ledgerKeysIn } from '../../store/ledger/ledger-keys.ts';
import { Witnessing } from '../../store/ledger/witnessing.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { prepareFolder } from '../../store/sqlite/folder.ts';
import type { Authenticator } from '../authenticate.ts';
import { healthCheck } from '../check-health.ts';
import { importJob } from '../../registry/upstream/import-job.ts';
import { asFetch, makeSafeFetch } from '../fetch/safe-fetch.ts';
import type { ServerFacts } from '../facts.ts';
import { jobKinds } from '../jobs/index.ts';
import { reviewJobKinds, reviewJobs } from '../jobs/review-jobs.ts';
import { webhookParts } from '../jobs/webhook-parts.ts';
import { schedulesOf } from '../jobs/schedules.ts';
import { EventStreams } from '../plugins/events/event-streams.ts';
import type { ServerLog } from '../plugins/log/server-log.ts';
import type { Services } from '../services.ts';
import { openRegistry } from './open-registry.ts';
import { blobsConfigOf } from './blobs-config.ts';
import type { Closing } from './closing.ts';
import { keysFolderOf } from './keys-folder.ts';
import { oidcProviders } from './oidc-providers.ts';
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
  /** Of jobs that are made of more than the services. */
  readonly jobHandlers: Readonly<Record<string, JobHandler>>;
}

/** Opens everything that routes use, in the columns that the configuration names. */
export async function openServices(options: OpenServicesOptions): Promise<OpenedServices> {
  const { facts, closing, clock, log, folder } = options;
  const { config } = facts;
  const parts = await openParts(options);
  const access = closing.add(
    await openAccess({
      store: parts.store,
      bus: parts.bus,
      clock,
      stepUpSeconds: config.access.stepUpSeconds,
      dualControl: config.access.dualControl,
      onError: (error) => log.failure('access', error),
    }),
    (access) => access.close(),
  );
  const people = await openPeople(options, parts, access);
  const programs = closing.add(
    openServiceAccess({
      ...parts,
      authorizer: access.authorizer,
      grantsOf: serviceGrants(access),
      clock,
      tokenTtlSeconds: config.services.tokenSeconds,
      onFault: (error) => log.failure('services', error),
    }),
    (programs) => programs.close(),
  );
  const reviewParts = {
    ...parts,
    policies: policiesInForce(access),
    clock,
    unusedDays: config.reviews.unusedDays,
    hasWebhook: config.reviews.webhook !== undefined,
  };
  const events = openEvents(options, parts, access);
  const registry = await openRegistry(
    { ...parts, authorizer: access.authorizer, clock, onFault: (error) => log.failure('registry', error) },
    { config, folder, closing },
  );
  return {
    jobHandlers: reviewJobs(reviewParts, webhookParts(config, { origin: facts.origin, clock })),
    services: {
      ...parts,
      access,
      authorizer: access.authorizer,
      people,
      programs,
      reviews: new Reviews(reviewParts),
      registry,
      events,
      facts,
      clock,
      health: healthCheck(clock),
    },
    authenticator: {
      resolveSession: (token, from) => resolveSession(people, token, from),
      resolveBearer: (secret, from) => programs.bearers.resolve(secret, from),
    },
  };
}

/** What tells pages that something changed. */
function openEvents({ facts, log, closing }: OpenServicesOptions, parts: Parts, access: Access): EventStreams {
  const streams = new EventStreams({
    ...parts,
    authorizer: access.authorizer,
    open: facts.metrics.eventStreams,
    limits: facts.config.limits,
    onFault: (error) => log.failure('events', error),
  });
  return closing.add(streams, async (opened) => opened.close());
}

/** Accounts and signing in. */
async function openPeople(
  { facts, folder, clock }: OpenServicesOptions,
  parts: Parts,
  access: Access,
): Promise<People> {
  const { config } = facts;
  // A key that is lost is not silently replaced: what was sealed with it would not open any more.
  const mayMake = !(await hasAccounts(parts.store));
  return makePeople({
    ...parts,
    clock,
    secrets: await openKeyFile(join(keysFolderOf(config, folder), 'server.key'), { mayMake }),
    ports: { ...grantPorts(access), eraseOpenings: async ({ sql }, id) => void (await eraseOpenings(sql, id)) },
    settings: { ...config.access, oidc: oidcProviders(config) },
    origin: facts.origin,
    fetch: makeSafeFetch(config.fetch),
  });
}

type Parts = Pick<Services, 'store' | 'blobs' | 'counters' | 'bus' | 'jobs'>;

/** The store in all its columns. */
async function openParts(options: OpenServicesOptions): Promise<Parts> {
  const { facts, folder, log, closing, clock } = options;
  const { config } = facts;
  const warn = (error: unknown): void => log.failure('store', error);
  prepareFolder(folder);
  const keysFolder = keysFolderOf(config, folder);
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
      ledger: {
        origin,
        keepsOrigin: config.ledger.origin === undefined,
        signers: ledgerKeysIn(keysFolder, { clock }),
        formerKeys: config.ledger.formerKeys.map(parseVerifierKey),
        checks: nodeChecks,
        acceptRestored: config.ledger.acceptRestored,
      },
      clock,
      warn,
    }),
    (opened) => opened.close(),
  );
  startWitnessing(options, store);
  const jobs = queue.attach(store, bus);
  closing.add(jobs, (opened) => opened.stop({ timeoutMs: JOBS_STOP_MS }));
  return { store, blobs, counters, bus, jobs };
}

/** Shows the ledger to the witnesses that the configuration names. */
function startWitnessing({ facts: { config }, clock, closing }: OpenServicesOptions, store: Store): void {
  const { witnesses } = config.ledger;
  if (witnesses.length === 0) return;
  const witnessing = new Witnessing({ store, witnesses, fetch: asFetch(makeSafeFetch(config.fetch)), clock });
  witnessing.start();
  closing.add(witnessing, (opened) => opened.stop());
}

function openQueue(
  { facts: { config }, clock, log }: OpenServicesOptions,
  postgres: JobsOptions['postgres'],
): Promise<OpenedJobs> {
  return openJobs({
    config: config.jobs,
    kinds: [...jobKinds, ...reviewJobKinds],
    schedules: schedulesOf(config),
    beside: { [importJob]: config.registry.upstream?.importsAtOnce ?? 1 },
    postgres,
    clock,
    warn: (error) => log.failure('jobs', error),
    observe: ({ type, id, kind, attempt, ms }) => log.event('job', { state: type, job: id, kind, attempt, ms }),
  });
}
