import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { putEvidence } from '../../src/registry/contents/put-evidence.ts';
import { registryContentBindings } from '../../src/server/routes/registry-contents.ts';
import { makeTestStore, type TestStore } from '../build/store.ts';
import { testServer, type TestServer } from '../server/test-server.ts';
import { digestOf, move, release, versionWith } from './contents-fixture.ts';
import { openTestRegistry, type TestRegistry } from './fixture.ts';

const content = randomBytes(200_000);
const etag = `"${digestOf(content)}"`;
let at: TestStore;
let test: TestRegistry;
let server: TestServer;
let released: string;
let waiting: string;

beforeAll(async () => {
  at = await makeTestStore();
  test = await openTestRegistry({ store: at.store });
  const { registry, owner } = test;
  released = await versionWith(test, { 'a/model.bin': content, 'empty.txt': Buffer.alloc(0) });
  waiting = await versionWith(test, { 'a/model.bin': content });
  await release(registry, released);
  await putEvidence(registry, { versionId: waiting, kind: 'facts', name: 'facts.json', content: '{}' });
  const known = {
    principal: owner,
    credential: { kind: 'key' as const, id: 'key' },
    level: 2 as const,
    verifiedAtMs: null,
    enrolmentRequired: false,
    scopes: null,
  };
  server = testServer({
    bindings: registryContentBindings,
    services: { registry, store: at.store, blobs: registry.blobs },
    decide: () => ({ allowed: true }),
    authenticator: { resolveBearer: async () => known },
  });
});
afterAll(async () => {
  await server.app.close();
  await test.end();
  await at.end();
});

const ask = (rest: string, headers: Readonly<Record<string, string>> = {}, method: 'GET' | 'HEAD' = 'GET') =>
  server.app.inject({
    method,
    url: `/api/registry/versions/${rest}`,
    headers: { authorization: 'Bearer key', host: 'localhost:4800', ...headers },
  });
const file = (headers = {}, method: 'GET' | 'HEAD' = 'GET') => ask(`${released}/file?path=a/model.bin`, headers, method);

it('sends the whole of a file, to be saved and never shown', async () => {
  const { statusCode, headers, rawPayload } = await file();
  expect(statusCode).toBe(200);
  expect(rawPayload.equals(content)).toBe(true);
  expect(headers).toMatchObject({
    etag,
    'accept-ranges': 'bytes',
    'content-length': '200000',
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="model.bin"; filename*=UTF-8''model.bin`,
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-cache',
  });
});

it.each([
  ['bytes=10-19', 10, 20],
  ['bytes=-7', 199_993, 200_000],
  ['bytes=65530-131100', 65_530, 131_101],
])('sends %s', async (range, start, end) => {
  const { statusCode, headers, rawPayload } = await file({ range });
  expect(statusCode).toBe(206);
  expect(headers['content-range']).toBe(`bytes ${start}-${end - 1}/200000`);
  expect(rawPayload.equals(content.subarray(start, end))).toBe(true);
});

it('sends only headers to HEAD, and reads nothing for it', async () => {
  await test.registry.contents.tally.flush();
  const before = await at.store.read.selectFrom('registry_downloads').selectAll().execute();
  const { statusCode, headers, rawPayload } = await file({ range: 'bytes=0-1' }, 'HEAD');
  expect([statusCode, rawPayload.length, headers['content-length'], headers['etag']]).toEqual([200, 0, '200000', etag]);
  await test.registry.contents.tally.flush();
  expect(await at.store.read.selectFrom('registry_downloads').selectAll().execute()).toEqual(before);
});

it('sends nothing that the client has, and says where there is nothing', async () => {
  const has = await file({ 'if-none-match': etag });
  expect([has.statusCode, has.rawPayload.length]).toEqual([304, 0]);
  const beyond = await file({ range: 'bytes=200000-' });
  expect([beyond.statusCode, beyond.headers['content-range']]).toEqual([416, 'bytes */200000']);
  expect((await file({ range: 'bytes=0-1', 'if-range': '"other"' })).statusCode).toBe(200);
  const empty = await ask(`${released}/file?path=empty.txt`);
  expect([empty.statusCode, empty.rawPayload.length, empty.headers['content-length']]).toEqual([200, 0, '0']);
});

it('sends documents also of what waits for a decision, but none of its files', async () => {
  expect((await ask(`${waiting}/evidence`)).json()).toMatchObject({ items: [{ kind: 'facts', name: 'facts.json', bytes: 2 }] });
  const facts = await ask(`${waiting}/evidence/facts`);
  expect([facts.statusCode, facts.payload]).toEqual([200, '{}']);
  expect((await ask(`${waiting}/evidence/signature`)).json()).toMatchObject({ code: 'file-unknown' });
  expect((await ask(`${waiting}/file?path=a/model.bin`)).json()).toMatchObject({ code: 'not-downloadable', status: 409 });
});

it('sends nothing of what was recalled', async () => {
  await move(test.registry, released, 'recalled');
  expect((await file()).json()).toMatchObject({ code: 'recalled', status: 410 });
  expect((await file({ 'if-none-match': etag })).statusCode).toBe(410);
});
