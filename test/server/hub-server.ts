import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Access } from '../../src/access/access.ts';
import { giveGrant } from '../../src/access/grants/give-grant.ts';
import { makeProject } from '../../src/access/grants/projects.ts';
import { openServiceAccess } from '../../src/access/services/open-services.ts';
import type { PrincipalRef } from '../../src/contract/types/common.ts';
import type { Registry } from '../../src/registry/registry.ts';
import { LocalBus } from '../../src/store/bus/local-bus.ts';
import { MemoryCounters } from '../../src/store/counters/memory-counters.ts';
import type { Jobs } from '../../src/store/jobs/job.ts';
import type { OpenedJobs } from '../../src/store/jobs/open-jobs.ts';
import type { TestColumn } from '../build/store.ts';
import { callerOf, openTestAccess, testAuthorizer } from '../access/fixture.ts';
import { openTestRegistry } from '../registry/fixture.ts';
import { type MadeVersion, type Releasing, releaseVersion } from '../registry/released.ts';
import { testServer } from './test-server.ts';

export interface HubServer {
  readonly origin: string;
  readonly registry: Registry;
  readonly owner: PrincipalRef;
  readonly projectId: string;
  /** A key with the right to read models of the project. */
  readonly key: string;
  /** Whose key it is. */
  readonly service: PrincipalRef;
  /** Where there is a queue. */
  readonly jobs: Jobs | undefined;
  readonly logged: () => string;
  /** In the project, unless another is named. */
  release(wanted: Omit<Releasing, 'projectId' | 'by'> & { readonly projectId?: string }): Promise<MadeVersion>;
  otherProject(name?: string): Promise<string>;
  /** A new key of the service; the actions are what it is limited to. */
  issueKey(
    scopes?: readonly ('models.read' | 'projects.read')[],
  ): Promise<{ readonly secret: string; readonly revoke: () => Promise<void> }>;
  get(path: string, init?: RequestInit & { readonly key?: string | null }): Promise<Response>;
  /** The same, of which only the status is wanted: the rest is not left to arrive. */
  statusOf(path: string, init?: Parameters<HubServer['get']>[1]): Promise<number>;
  stop(): Promise<void>;
}

const many = { count: 1_000_000, windowSeconds: 60 };

/** A server with the hub interface that listens on a free port, with real rights, keys and contents. */
export async function startHubServer(
  column: TestColumn,
  { over = {}, queue }: { readonly over?: Partial<Registry>; readonly queue?: OpenedJobs } = {},
): Promise<HubServer> {
  const at = await column.makeStore({ enqueue: queue?.enqueue ?? (async () => 'job') });
  const { store } = at;
  const access: Access = await openTestAccess({ store, bus: new LocalBus(), clock: Date.now });
  const jobs = queue?.attach(store, access.bus);
  const made = await openTestRegistry(
    { store },
    { authorizer: access.authorizer, bus: access.bus, ...(jobs === undefined ? {} : { jobs }), ...over },
  );
  const { registry, owner, projectId } = made;
  const programs = openServiceAccess({
    store,
    bus: access.bus,
    clock: Date.now,
    counters: new MemoryCounters(),
    authorizer: testAuthorizer(() => true),
    grantsOf: async () => new Map(),
    onFault: (error) => {
      throw error;
    },
  });
  const by = callerOf('person', owner.id);
  const service = await programs.accounts.make(by, { name: 'trainer', description: '' });
  await store.change((change) =>
    giveGrant(
      change,
      {
        principal: { kind: 'service', id: service.id },
        role: 'service',
        scope: { kind: 'project', id: projectId },
        reason: 'test',
      },
      Date.now(),
    ),
  );
  const issueKey: HubServer['issueKey'] = async (scopes = ['models.read']) => {
    const issued = await programs.keys.issue(by, service.id, {
      name: 'laptop',
      scopes: [...scopes],
      networks: [],
      expiresInDays: 1,
    });
    return {
      secret: issued.secret,
      revoke: () => programs.keys.revoke(by, { serviceId: service.id, keyId: issued.key.id }),
    };
  };
  const { secret: key } = await issueKey();
  const port = await freePort();
  const server = testServer({
    config: { listen: { port }, limits: { perAddress: many, perPrincipal: many } },
    services: { store, access, authorizer: access.authorizer, bus: access.bus, programs, registry },
    authenticator: { resolveBearer: (shown, from) => programs.bearers.resolve(shown, from) },
  });
  await server.app.listen({ port, host: '127.0.0.1' });
  const origin = `http://127.0.0.1:${port}`;
  const get: HubServer['get'] = (path, { key: shown = key, ...init } = {}) =>
    fetch(`${origin}${path}`, {
      ...init,
      headers: {
        ...(shown === null ? {} : { authorization: `Bearer ${shown}` }),
        ...(init.headers as Record<string, string>),
      },
    });
  return {
    origin,
    registry,
    owner,
    projectId,
    key,
    service: { kind: 'service', id: service.id },
    jobs,
    logged: server.logged,
    issueKey,
    release: (wanted) => releaseVersion(registry, { projectId, by: owner, ...wanted }),
    otherProject: async (name = 'other') => {
      const facts = { name, description: '', classification: 'internal' } as const;
      return (await store.change((change) => makeProject(change, facts, { by: owner, atMs: Date.now() }))).value;
    },
    get,
    statusOf: async (path, init) => {
      const answer = await get(path, init);
      await answer.body?.cancel();
      return answer.status;
    },
    stop: async () => {
      await server.app.close();
      await jobs?.stop({ timeoutMs: 200 });
      await programs.close();
      await made.end();
      await access.close();
      await at.end();
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
