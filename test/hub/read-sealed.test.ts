import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sealVersion, writeSealed } from '../../src/registry/contents/seal-version.ts';
import { recallVersion } from '../../src/registry/pipeline/recall.ts';
import { moveVersion } from '../../src/registry/versions/move-version.ts';
import { maxStaleMs } from '../../src/store/bus/bus.ts';
import { describeEachStore } from '../build/store.ts';
import { contentRow, versionWith } from '../registry/contents-fixture.ts';
import { type HubServer, startHubServer } from '../server/hub-server.ts';

/** More than what waits between a server and a client that does not read. */
const weights = randomBytes(32 * 1024 * 1024);
const digest = createHash('sha256').update(weights).digest('hex');
const ways = [
  { path: '/acme/sealed/resolve/main/model.safetensors', gone: 410 },
  { path: `/v2/acme/sealed/blobs/sha256:${digest}`, gone: 403 },
];

describeEachStore('the interfaces of others read what is stored sealed', (column) => {
  let hub: HubServer;
  let versionId: string;

  beforeAll(async () => {
    hub = await startHubServer(column);
    const { registry } = hub;
    versionId = await versionWith(hub, { 'model.safetensors': weights }, { name: 'acme/sealed' });
    const sealed = await sealVersion(registry, { versionId, signal: new AbortController().signal });
    await registry.store.change(async (change) => {
      await writeSealed(change, sealed);
      const atMs = registry.clock();
      const set = { revision: 'ab'.repeat(20), released_at: atMs };
      await moveVersion(change, registry.bus, { versionId, to: 'released', set, by: null, atMs });
    });
  });
  afterAll(() => hub.stop());

  test.each(ways)('as a whole: $path', async ({ path }) => {
    expect((await contentRow(hub.registry, weights))?.sealed_digest).toMatch(/^sha256:/);
    const answer = await hub.get(path);
    expect([answer.status, answer.headers.get('content-length')]).toEqual([200, String(weights.length)]);
    expect(Buffer.from(await answer.arrayBuffer()).equals(weights)).toBe(true);
  });

  test.each([
    ['bytes=0-0', 0, 1],
    ['bytes=65530-65545', 65_530, 65_546],
    ['bytes=1000001-9000000', 1_000_001, 9_000_001],
    ['bytes=-70000', weights.length - 70_000, weights.length],
  ])('the range %s', async (range, start, end) => {
    for (const { path } of ways) {
      const answer = await hub.get(path, { headers: { range } });
      expect([answer.status, answer.headers.get('content-range')]).toEqual([
        206,
        `bytes ${start}-${end - 1}/${weights.length}`,
      ]);
      expect(Buffer.from(await answer.arrayBuffer()).equals(weights.subarray(start, end))).toBe(true);
    }
  });

  /** Each on a connection of its own: one that carried much before holds more than this file. */
  const beginReading = (key: string): Promise<readonly IncomingMessage[]> =>
    Promise.all(
      ways.map(async ({ path }) => {
        const headers = { authorization: `Bearer ${key}` };
        const [answer] = (await once(get(`${hub.origin}${path}`, { headers, agent: false }), 'response')) as [
          IncomingMessage,
        ];
        expect(answer.statusCode).toBe(200);
        return answer;
      }),
    );

  test('a key that is revoked ends the downloads that it began', async () => {
    const { secret, revoke } = await hub.issueKey();
    const begun = await beginReading(secret);
    await revoke();
    // Who it is, is asked again once so long has passed.
    await setTimeout(maxStaleMs);
    for (const answer of begun) await expect(buffer(answer)).rejects.toThrow('aborted');
  });

  test('a recall cuts off a download under way', async () => {
    const { registry, owner: by } = hub;
    const begun = await beginReading(hub.key);
    await registry.store.change((change) =>
      recallVersion(change, registry, { versionId, by, reason: 'bad', atMs: registry.clock() }),
    );
    for (const answer of begun) await expect(buffer(answer)).rejects.toThrow('aborted');
    for (const { path, gone } of ways) expect(await hub.statusOf(path)).toBe(gone);
  });
});
