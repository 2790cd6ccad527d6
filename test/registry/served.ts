import { createServer as listenOn } from 'node:net';
import type { AddressInfo } from 'node:net';
import { actionIds } from '../../src/contract/actions.ts';
import { type Client, makeClient } from '../../src/contract/client.ts';
import type { PrincipalRef } from '../../src/contract/types/common.ts';
import type { Registry } from '../../src/registry/registry.ts';
import type { AnyBinding } from '../../src/server/routes/bind.ts';
import { bindings as allBindings } from '../../src/server/routes/index.ts';
import type { Services } from '../../src/server/services.ts';
import { newId } from '../../src/store/new-id.ts';
import { testServer } from '../server/test-server.ts';

export interface ServedRegistry {
  readonly origin: string;
  readonly client: Client;
  close(): Promise<void>;
}

export const BEARER = 'owner';

interface Serving {
  readonly registry: Registry;
  readonly owner: PrincipalRef;
  /** Where it listens; a free port where absent. */
  readonly port?: number;
  readonly bindings?: readonly AnyBinding[];
}

const plenty = { count: 1_000_000, windowSeconds: 60 };

/** A registry over HTTP, for one owner who may do everything. */
export async function serveRegistry({
  registry,
  owner,
  port,
  bindings = allBindings,
}: Serving): Promise<ServedRegistry> {
  const chosen = port ?? (await freePort());
  const { store, blobs, bus, clock, authorizer } = registry;
  const decideModels: Services['access']['decideModels'] = async () => ({ allows: () => true, alone: new Set() });
  const access = { authorizer, bus, decideModels } as Services['access'];
  const { app } = testServer({
    bindings,
    config: { listen: { port: chosen }, limits: { perAddress: plenty, perPrincipal: plenty } },
    services: { store, blobs, bus, clock, authorizer, access, registry },
    authenticator: {
      resolveBearer: async (name) =>
        name === BEARER
          ? {
              principal: owner,
              credential: { kind: 'key', id: newId('key') },
              level: 2,
              verifiedAtMs: clock(),
              enrolmentRequired: false,
              scopes: actionIds,
            }
          : undefined,
    },
  });
  await app.listen({ port: chosen, host: '127.0.0.1' });
  const origin = `http://localhost:${chosen}`;
  return { origin, client: makeClient({ origin, bearer: BEARER }), close: () => app.close() };
}

async function freePort(): Promise<number> {
  const server = listenOn();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
