import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
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
const path = '/acme/sealed/resolve/main/model.safetensors';

describeEachStore('the hub interface reads what is stored sealed', (column) => {
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

  test('as a whole', async () => {
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
    const answer = await hub.get(path, { headers: { range } });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([
      206,
      `bytes ${start}-${end - 1}/${weights.length}`,
    ]);
    expect(Buffer.from(await answer.arrayBuffer()).equals(weights.subarray(start, end))).toBe(true);
  });

  test('a key that is revoked gets no more of a download under way', async () => {
    const { secret, revoke } = await hub.issueKey();
    // A connection of its own: one that was used takes far more than is read of it.
    const asked = get(`${hub.origin}${path}`, { agent: false, headers: { authorization: `Bearer ${secret}` } });
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(200);
    await revoke();
    // Until then it may still be believed.
    await sleep(2 * maxStaleMs);
    await expect(buffer(answer)).rejects.toThrow('aborted');
  });

  test('a recall cuts off a download under way', async () => {
    const { registry, owner: by } = hub;
    const reader = (await hub.get(path)).body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    await registry.store.change((change) =>
      recallVersion(change, registry, { versionId, by, reason: 'bad', atMs: registry.clock() }),
    );
    const rest = async (): Promise<void> => {
      while ((await reader?.read())?.done === false);
    };
    await expect(rest()).rejects.toThrow();
    expect((await hub.get(path)).status).toBe(410);
  });
});
