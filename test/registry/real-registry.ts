import { expect } from 'vitest';
import type { ServerConfigInput } from '../../src/server/config/schema.ts';
import type { HubStandIn } from '../build/hub-stand-in.ts';
import {
  type Administrator,
  type Answer,
  type RealServer,
  setUpAdministrator,
  startRealServer,
  type Visitor,
} from '../server/real-server.ts';

const MAX_WAIT_MS = 60_000;
const moving: ReadonlySet<unknown> = new Set(['uploading', 'examining', 'releasing']);

/** A server with its whole pipeline, an administrator and a project. */
export interface RealRegistry {
  readonly server: RealServer;
  readonly boss: Administrator;
  readonly projectId: string;
  give(principal: { readonly kind: 'person' | 'service'; readonly id: string }, role: string): Promise<void>;
  /** Makes the model and sends these files as a version of it, all through the routes. */
  upload(by: Visitor, name: string, files: Readonly<Record<string, Uint8Array>>): Promise<string>;
  /** The version, once nothing is being done about it. */
  settled(by: Visitor, versionId: string): Promise<Answer['json']>;
}

export async function startRealRegistry(project: string, over: ServerConfigInput = {}): Promise<RealRegistry> {
  const server = await startRealServer(over);
  const boss = await setUpAdministrator(server);
  const made = await boss.visitor.send('POST', '/api/projects', { name: project });
  const projectId = String(made.json['id']);
  const scope = { kind: 'project', id: projectId };
  return {
    server,
    boss,
    projectId,
    give: async (principal, role) => {
      const answer = await boss.visitor.send('POST', '/api/grants', {
        principal,
        role,
        scope,
        reason: 'works with it',
      });
      expect(answer.status, answer.text).toBe(201);
    },
    upload: (by, name, files) => upload(by, { name, projectId, files }),
    settled: async (by, versionId) => {
      const show = async () => (await by.send('GET', `/api/registry/versions/${versionId}`)).json;
      await expect
        .poll(async () => moving.has((await show())['state']), { timeout: MAX_WAIT_MS, interval: 100 })
        .toBe(false);
      return show();
    },
  };
}

/** A configuration with a hub that is a stand-in, which puts what clients ask for into this project. */
export function behindIt({ endpoint }: Pick<HubStandIn, 'endpoint'>, project: string): ServerConfigInput {
  return {
    fetch: { allowNetworks: ['127.0.0.0/8'], allowHttp: true },
    registry: { upstream: { endpoint, project, pullThrough: true, waitSeconds: 1, freshSeconds: 1 } },
  };
}

interface Upload {
  readonly name: string;
  readonly projectId: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
}

async function upload(by: Visitor, { name, projectId, files }: Upload): Promise<string> {
  const model = await by.send('POST', '/api/registry/models', { name, projectId });
  expect(model.status, model.text).toBe(201);
  const declared = Object.entries(files).map(([path, content]) => ({ path, bytes: content.length }));
  const address = `/api/registry/models/${String(model.json['id'])}/versions`;
  const begun = await by.send('POST', address, { files: declared });
  expect(begun.status, begun.text).toBe(201);
  const { id } = begun.json['version'] as { readonly id: string };
  for (const [path, content] of Object.entries(files)) {
    const query = new URLSearchParams({ path, part: '0' }).toString();
    const sent = await by.server.send('PUT', `/api/registry/versions/${id}/parts?${query}`, {
      raw: Buffer.from(content),
      headers: {
        'sec-fetch-site': 'same-origin',
        origin: by.server.origin,
        'x-csrf-token': by.csrf,
        cookie: by.cookie ?? '',
        'content-type': 'application/octet-stream',
      },
    });
    expect(sent.status, sent.text).toBeLessThan(300);
  }
  const submitted = await by.send('POST', `/api/registry/versions/${id}/submit`);
  expect(submitted.status, submitted.text).toBeLessThan(300);
  return id;
}
