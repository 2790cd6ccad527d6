import type { FastifyInstance } from 'fastify';
import type { Caller } from '../../src/access/caller.ts';
import type { AccessDecision } from '../../src/access/decision.ts';
import type { EntryDraft } from '../../src/ledger/entry.ts';
import type { Authenticator } from '../../src/server/authenticate.ts';
import { healthCheck } from '../../src/server/check-health.ts';
import { type ServerConfigInput, serverConfigSchema } from '../../src/server/config/schema.ts';
import { createServer } from '../../src/server/create-server.ts';
import { placeOf } from '../../src/server/place.ts';
import { openLog } from '../../src/server/plugins/log/server-log.ts';
import { type Metrics, openMetrics } from '../../src/server/plugins/metrics/index.ts';
import type { AnyBinding } from '../../src/server/routes/bind.ts';
import { serverBindings } from '../../src/server/routes/server.ts';
import type { Services } from '../../src/server/services.ts';
import { MemoryCounters } from '../../src/store/counters/memory-counters.ts';

/** What a test says of the server it wants. Everything else is as an operator gets it. */
interface TestServerOptions {
  readonly config?: ServerConfigInput;
  readonly bindings?: readonly AnyBinding[];
  readonly authenticator?: Partial<Authenticator>;
  /** Whether the policies allow it; nothing is where absent. */
  readonly decide?: (caller: Caller, action: string) => Partial<AccessDecision>;
  readonly services?: Partial<Services>;
  readonly consoleFolder?: string;
  readonly metrics?: Metrics;
}

export interface TestServer {
  readonly app: FastifyInstance;
  /** What was recorded. */
  readonly entries: readonly EntryDraft[];
  /** Everything that was logged. */
  readonly logged: () => string;
}

/** A server whose parts below it are as small as they can be: for what the server itself does. */
export function testServer(options: TestServerOptions = {}): TestServer {
  const config = serverConfigSchema.parse(options.config ?? {});
  const place = placeOf(config, config.listen.port);
  const entries: EntryDraft[] = [];
  const lines: string[] = [];
  const metrics = options.metrics ?? openMetrics();
  const facts = { version: '0.0.0', startedAtMs: 0, config, origin: place.origin, metrics };
  const app = createServer(
    { ...partsFor(options, entries), facts, ...options.services },
    {
      config,
      place,
      metrics,
      bindings: options.bindings ?? serverBindings,
      log: openLog(config.log, { write: (line) => void lines.push(line) }),
      authenticator: {
        resolveSession: async () => null,
        resolveBearer: async () => undefined,
        ...options.authenticator,
      },
      isStrict: true,
      ...(options.consoleFolder === undefined ? {} : { consoleFolder: options.consoleFolder }),
    },
  );
  return { app, entries, logged: () => lines.join('') };
}

function partsFor({ decide }: TestServerOptions, entries: EntryDraft[]): Omit<Services, 'facts'> {
  const nothing = (): never => {
    throw new Error('this test has no such part');
  };
  return {
    store: {
      dialect: 'sqlite',
      read: new Proxy({}, { get: nothing }) as Services['store']['read'],
      change: async (run) => {
        const record = (draft: EntryDraft): void => void entries.push(draft);
        const value = await run({ record, sql: undefined as never, enqueue: nothing, afterCommit: nothing });
        return { value, entries: [] };
      },
      ledger: new Proxy({}, { get: nothing }) as Services['store']['ledger'],
      close: async () => undefined,
    },
    access: new Proxy({}, { get: nothing }) as Services['access'],
    blobs: new Proxy({}, { get: nothing }) as Services['blobs'],
    jobs: new Proxy({}, { get: nothing }) as Services['jobs'],
    events: { close: () => undefined } as Services['events'],
    people: new Proxy({}, { get: nothing }) as Services['people'],
    programs: new Proxy({}, { get: nothing }) as Services['programs'],
    reviews: new Proxy({}, { get: nothing }) as Services['reviews'],
    registry: new Proxy({}, { get: nothing }) as Services['registry'],
    bus: { publish: () => undefined, subscribe: () => () => undefined, close: async () => undefined },
    counters: new MemoryCounters(),
    authorizer: {
      decide: async (caller, action) => ({
        allowed: false,
        policies: [],
        policyVersion: 1,
        grants: [],
        reasons: ['nothing allows it'],
        ...decide?.(caller, action),
      }),
    },
    health: healthCheck(() => 0),
    clock: () => 0,
  };
}
