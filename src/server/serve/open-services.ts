import { join } from 'node:path';
import { openBlobs } from '../../store/blobs/open-blobs.ts';
import { openBus } from '../../store/bus/open-bus.ts';
import { openCounters } from '../../store/counters/open-counters.ts';
import { openStore } from '../../store/open-store.ts';
import type { Authenticator } from '../authenticate.ts';
import { healthCheck } from '../check-health.ts';
import type { ServerFacts } from '../facts.ts';
import type { ServerLog } from '../plugins/log/server-log.ts';
import type { Services } from '../services.ts';
import type { Closing } from './closing.ts';
import { recordsConfig } from './records-config.ts';

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
  const { facts, folder, log, closing, clock } = options;
  const { config } = facts;
  const warn = (error: unknown): void => log.failure('warning', error);
  const store = closing.add(
    await openStore({
      records: recordsConfig(config, folder),
      enqueue: () => Promise.reject(new Error('there are no jobs yet')),
      clock,
      warn,
    }),
    (store) => store.close(),
  );
  const blobs = closing.add(await openBlobs(config.blobs ?? { folder: { path: join(folder, 'blobs') } }), (blobs) =>
    blobs.close(),
  );
  const counters = closing.add(await openCounters(config.counters), (counters) => counters.close());
  const bus = closing.add(await openBus({}), (bus) => bus.close());
  return {
    services: { store, blobs, counters, bus, facts, clock, health: healthCheck(clock) } as unknown as Services,
    authenticator: { resolveSession: async () => null, resolveBearer: async () => undefined },
  };
}
