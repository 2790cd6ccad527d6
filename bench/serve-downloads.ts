/** The routes that give files of a registry out, over HTTP on this machine, to whoever asks. */
import type { AddressInfo } from 'node:net';
import { registryContentBindings } from '../src/server/routes/registry-contents.ts';
import type { TestRegistry } from '../test/registry/fixture.ts';
import { testServer } from '../test/server/test-server.ts';

/** What the server goes by, whatever port it gets. */
const HOST = 'localhost:9999';
export const downloadHeaders = { authorization: 'Bearer bench', host: HOST } as const;

export interface ServedDownloads {
  urlOf(versionId: string, path: string): string;
  close(): Promise<void>;
}

export async function serveDownloads({ registry, owner }: TestRegistry): Promise<ServedDownloads> {
  const caller = {
    principal: owner,
    credential: { kind: 'key' as const, id: 'bench' },
    level: 2 as const,
    verifiedAtMs: null,
    enrolmentRequired: false,
    scopes: null,
  };
  const { app } = testServer({
    config: { origin: `http://${HOST}` },
    bindings: registryContentBindings,
    services: { registry, store: registry.store, blobs: registry.blobs },
    decide: () => ({ allowed: true }),
    authenticator: { resolveBearer: async () => caller },
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  return {
    urlOf: (versionId, path) => `${origin}/api/registry/versions/${versionId}/file?path=${path}`,
    close: () => app.close(),
  };
}
