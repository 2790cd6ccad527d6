import { randomBytes } from 'node:crypto';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { forgetLeftOver } from '../../src/registry/contents/forget-contents.ts';
import { openContent } from '../../src/registry/contents/open-content.ts';
import { putEvidence, readEvidence } from '../../src/registry/contents/put-evidence.ts';
import { storeContent } from '../../src/registry/contents/store-content.ts';
import { makeModel } from '../../src/registry/models/make-model.ts';
import type { Registry } from '../../src/registry/registry.ts';
import { putPart } from '../../src/registry/uploads/put-part.ts';
import { declareVersion } from '../../src/registry/versions/declare-version.ts';
import { blobsSweep } from '../../src/server/jobs/blobs-sweep.ts';
import { serverConfigSchema } from '../../src/server/config/schema.ts';
import type { Services } from '../../src/server/services.ts';
import type { JobContext } from '../../src/store/jobs/job.ts';
import { removeUnnamedBlobs } from '../../src/store/blobs/remove-unnamed.ts';
import { sweepOrphans } from '../../src/store/blobs/sweep-orphans.ts';
import { describeEachStore, type TestStore } from '../build/store.ts';
import {
  allOf,
  atEachStep,
  bound,
  contentRow,
  digestOf,
  type Files,
  inPieces,
  release,
  versionWith,
} from './contents-fixture.ts';
import { openTestRegistry, type TestRegistry } from './fixture.ts';

const HOUR_MS = 3_600_000;
const never = new AbortController().signal;

describeEachStore('blobs that nothing names', ({ makeStore }) => {
  let at: TestStore;
  let test: TestRegistry;
  let registry: Registry;
  beforeEach(async () => {
    at = await makeStore({ enqueue: async () => 'job_01J8Z3J8Z3J8Z3J8Z3J8Z3J8Z3' });
    test = await openTestRegistry({ store: at.store });
    registry = test.registry;
  });
  afterEach(async () => {
    await test.end();
    await at.end();
  });

  /** Everything that nothing names this moment counts as an orphan, however young. */
  const sweep = (of: Registry = registry, storedBeforeMs = Number.POSITIVE_INFINITY): Promise<number> =>
    sweepOrphans(of, { storedBeforeMs, signal: never });
  const listed = async (): Promise<ReadonlySet<string>> => {
    const digests = new Set<string>();
    for await (const { digest } of registry.blobs.list()) digests.add(digest);
    return digests;
  };
  const put = async (content: Buffer): Promise<string> =>
    (await registry.blobs.put(inPieces(content), { maxBytes: content.length })).digest;
  const read = async (versionId: string, path: string): Promise<Buffer> =>
    allOf((await openContent(registry, { versionId, side: 'release', path })).read());
  const files = (): Files => ({ x: randomBytes(70_000), y: randomBytes(10) });

  it('are removed once they are old enough, and what is named stays', async () => {
    const kept = files();
    const id = await versionWith(test, kept);
    await putEvidence(registry, { versionId: id, kind: 'facts', name: 'facts.json', content: '{}' });
    await release(registry, id);
    await registry.contents.close();
    const orphan = await put(randomBytes(100));
    const before = await listed();
    expect(await sweep(registry, Date.now() - HOUR_MS)).toBe(0);
    expect(await listed()).toEqual(before);
    expect(await sweep()).toBe(1);
    expect(await listed()).toEqual(new Set([...before].filter((digest) => digest !== orphan)));
    expect(await read(id, 'x')).toEqual(kept['x']);
    expect(await (await readEvidence(registry, { versionId: id, kind: 'facts' }))?.text()).toBe('{}');
  });

  it('stay where there are so many that the records are more likely those of another store', async () => {
    for (let at = 0; at < 101; at++) await put(Buffer.from(`orphan ${at}`));
    await expect(sweep()).rejects.toMatchObject({ code: 'blobs-foreign' });
    expect((await listed()).size).toBe(101);
  });

  it('count from when they were stored last', async () => {
    const content = randomBytes(100);
    const old = await put(content);
    const hex = old.slice('sha256:'.length);
    const folder = join(registry.workFolder, '..', 'blobs', hex.slice(0, 2), hex.slice(2, 4));
    const longAgo = (Date.now() - 10 * HOUR_MS) / 1000;
    await utimes(join(folder, hex), longAgo, longAgo);
    await put(content);
    expect(await sweep(registry, Date.now() - HOUR_MS)).toBe(0);
    await utimes(join(folder, hex), longAgo, longAgo);
    expect(await sweep(registry, Date.now() - HOUR_MS)).toBe(1);
  });

  it('of a sealing that was killed go, and what it had sealed and named stays', async () => {
    const kept = files();
    const id = await versionWith(test, kept);
    let steps = 0;
    const killed = atEachStep(registry, async () => {
      steps += 1;
      // Stored, and not yet named: keys are written in two changes before.
      if (steps === 6) throw new Error('killed');
    });
    const before = await listed();
    await expect(release(killed, id)).rejects.toThrow('killed');
    expect((await listed()).size).toBe(before.size + 1);
    expect(await sweep()).toBe(1);
    expect(await listed()).toEqual(before);
    await release(registry, id);
    for (const path of ['x', 'y']) expect(await read(id, path)).toEqual(kept[path]);
  });

  it('are never what somebody is about to name: he keeps it, or is told, and does it again', async () => {
    let isSwept = true;
    for (let point = 1; isSwept; point += 1) {
      const wanted = files();
      const id = await versionWith(test, wanted, { name: `acme/point-${point}` });
      let left = point;
      const swept = atEachStep(registry, async () => {
        left -= 1;
        if (left === 0) await sweep();
      });
      await release(swept, id).catch((error: unknown) => {
        expect(error, `point ${point}`).toMatchObject({ code: 'blobs-unavailable', httpStatus: 503 });
        return release(registry, id);
      });
      isSwept = left <= 0;
      if (!isSwept) expect(point).toBeGreaterThan(10);
      await sweep();
      for (const path of ['x', 'y']) expect(await read(id, path), `point ${point}`).toEqual(wanted[path]);
    }
  });

  it('are not removed under a sealing that names them while they are being removed', async () => {
    const wanted = { x: randomBytes(1000) };
    const id = await versionWith(test, wanted);
    let releasing: Promise<unknown> = Promise.resolve();
    const stored = Promise.withResolvers<undefined>();
    const goOn = Promise.withResolvers<undefined>();
    const slow: Registry = {
      ...registry,
      blobs: {
        ...bound(registry.blobs),
        put: async (...given) => {
          const info = await registry.blobs.put(...given);
          stored.resolve(undefined);
          await goOn.promise;
          return info;
        },
      },
    };
    releasing = release(slow, id);
    await stored.promise;
    const sweeping: Registry = {
      ...registry,
      blobs: {
        ...bound(registry.blobs),
        remove: async (digest) => {
          goOn.resolve(undefined);
          await expect(releasing).rejects.toMatchObject({ code: 'blobs-unavailable' });
          await registry.blobs.remove(digest);
        },
      },
    };
    expect(await sweep(sweeping)).toBe(1);
    await release(registry, id);
    expect(await read(id, 'x')).toEqual(wanted.x);
  });

  it('are not given out as sealed: what is gone is sealed again, or nothing is released', async () => {
    const wanted = { x: randomBytes(1000) };
    const id = await versionWith(test, wanted);
    const lost = atEachStep(registry, async () => {
      const row = await contentRow(registry, wanted.x);
      if (typeof row?.sealed_digest === 'string') await registry.blobs.remove(row.sealed_digest);
    });
    await expect(release(lost, id)).rejects.toMatchObject({ code: 'blobs-unavailable' });
    expect(await contentRow(registry, wanted.x)).toMatchObject({ sealed_digest: null, is_plain: 1 });
    await release(registry, id);
    expect(await read(id, 'x')).toEqual(wanted.x);

    await registry.contents.close();
    const again = await versionWith(test, wanted, { name: 'acme/again' });
    const row = await contentRow(registry, wanted.x);
    await registry.blobs.remove(String(row?.sealed_digest));
    await at.store.change(({ sql }) => sql.updateTable('registry_contents').set({ is_plain: 0 }).execute());
    await expect(release(registry, again)).rejects.toMatchObject({ code: 'content-damaged' });
    const { state } = await at.store.read
      .selectFrom('registry_versions')
      .select('state')
      .where('id', '=', again)
      .executeTakeFirstOrThrow();
    expect(state).toBe('releasing');
  });

  it('include a part whose upload was killed before it was written down', async () => {
    const by = test.owner;
    const facts = { name: 'acme/part', projectId: test.projectId, description: '', tags: [], licence: null };
    const atMs = registry.clock();
    const { value: modelId } = await at.store.change((change) => makeModel(change, { ...facts, by, atMs }));
    const request = { modelId, message: '', source: { kind: 'upload' as const }, by, atMs };
    const { value: versionId } = await at.store.change((change) =>
      declareVersion(change, registry, { ...request, files: [{ path: 'a', bytes: 3 }] }),
    );
    const part = () => ({ versionId, path: 'a', part: 0, content: Readable.from([Buffer.from('abc')]) });
    let steps = 0;
    const killed = atEachStep(registry, async () => {
      steps += 1;
      if (steps === 2) throw new Error('killed');
    });
    await expect(putPart(killed, part())).rejects.toThrow('killed');
    expect(await listed()).toEqual(new Set([digestOf(Buffer.from('abc'))]));
    expect(await sweep()).toBe(1);
    await putPart(registry, part());
    expect(await sweep()).toBe(0);
    expect(await listed()).toEqual(new Set([digestOf(Buffer.from('abc'))]));
  });

  it('include contents that a release had stored and gave to no file', async () => {
    const left = randomBytes(100);
    const kept = { x: randomBytes(100) };
    await storeContent(registry, inPieces(left), { maxBytes: left.length });
    await versionWith(test, kept);
    const atMs = Date.now() + 1;
    expect(await forgetLeftOver(at.store, { beforeMs: atMs - HOUR_MS, atMs })).toBe(0);
    expect(await forgetLeftOver(at.store, { beforeMs: atMs, atMs })).toBe(1);
    await removeUnnamedBlobs(registry);
    expect(await contentRow(registry, left)).toBeUndefined();
    expect(await listed()).toEqual(new Set([digestOf(kept.x)]));
  });

  it('stay for a month after records were restored, which know nothing of what came after their backup', async () => {
    const orphan = await put(randomBytes(100));
    let laterDays = 3;
    const clock = (): number => Date.now() + laterDays * 24 * HOUR_MS;
    const facts = { config: serverConfigSchema.parse({}) };
    const services = { store: at.store, blobs: registry.blobs, facts, clock } as unknown as Services;
    const run = () => blobsSweep.run(services, { signal: never } as JobContext);
    await at.store.change(async (change) =>
      change.record({
        class: 'application-lifecycle',
        activity: 'ledger.restored',
        actor: { kind: 'system', id: 'ledger' },
        object: { kind: 'ledger', id: 'ledger' },
        outcome: 'success',
      }),
    );
    await run();
    expect(await listed()).toEqual(new Set([orphan]));
    laterDays = 31;
    await run();
    expect(await listed()).toEqual(new Set());
  });
});
