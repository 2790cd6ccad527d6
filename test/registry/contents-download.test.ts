import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openContents } from '../../src/registry/contents/open-contents.ts';
import { type OpenedDownload, openDownload } from '../../src/registry/contents/open-download.ts';
import type { Registry } from '../../src/registry/registry.ts';
import { LocalBus } from '../../src/store/bus/local-bus.ts';
import { describeEachStore, type TestStore } from '../build/store.ts';
import { allOf, contentRow, move, release, versionWith } from './contents-fixture.ts';
import { openTestRegistry, type TestRegistry } from './fixture.ts';

const DAY_MS = 86_400_000;
const content = randomBytes(1_000_000);

describeEachStore('downloads', ({ makeStore }) => {
  let at: TestStore;
  let test: TestRegistry;
  let registry: Registry;
  let versionId: string;
  let laterMs = 0;

  beforeEach(async () => {
    laterMs = 0;
    at = await makeStore({ enqueue: async () => 'job_01J8Z3J8Z3J8Z3J8Z3J8Z3J8Z3' });
    test = await openTestRegistry({ store: at.store, clock: () => Date.now() + laterMs });
    registry = test.registry;
    versionId = await versionWith(test, { 'model.bin': content, empty: Buffer.alloc(0) });
  });
  afterEach(async () => {
    await test.end();
    await at.end();
  });

  const open = (
    of: Registry = registry,
    path = 'model.bin',
    signal = new AbortController().signal,
  ): Promise<OpenedDownload> => openDownload(of, { versionId, path, principal: test.owner, signal });
  const downloads = () =>
    at.store.read
      .selectFrom('registry_downloads')
      .select(['principal_id', 'files', 'bytes', 'first_at', 'last_at'])
      .execute();
  const entries = async (): Promise<number> => {
    const { rows } = await at.store.ledger.search({ activity: 'model.download' }, { limit: 100 });
    return rows.length;
  };

  it('are only of what is released', async () => {
    await expect(open()).rejects.toMatchObject({ code: 'not-downloadable' });
    await release(registry, versionId);
    expect(await allOf((await open()).read())).toEqual(content);
    await expect(open(registry, 'other.bin')).rejects.toMatchObject({ code: 'file-unknown' });
    await move(registry, versionId, 'recalled');
    await expect(open()).rejects.toMatchObject({ code: 'recalled' });
    await expect(open(registry, 'other.bin')).rejects.toMatchObject({ code: 'recalled' });
    await move(registry, versionId, 'denied');
    await expect(open()).rejects.toMatchObject({ code: 'not-downloadable' });
    const unknown = { versionId: 'ver_none', path: 'x', principal: test.owner, signal: new AbortController().signal };
    await expect(openDownload(registry, unknown)).rejects.toMatchObject({ code: 'version-unknown' });
  });

  it('end when their version is recalled, in this process and in others that hear nothing', async () => {
    await release(registry, versionId);
    const deaf = { ...registry, bus: new LocalBus() };
    const elsewhere: Registry = { ...deaf, contents: openContents(deaf) };
    for (const of of [registry, elsewhere]) {
      const opened = await open(of);
      const pieces = opened.read()[Symbol.asyncIterator]();
      expect((await pieces.next()).done).toBe(false);
      const { state } = await at.store.read
        .selectFrom('registry_versions')
        .select('state')
        .where('id', '=', versionId)
        .executeTakeFirstOrThrow();
      if (state === 'released') await move(registry, versionId, 'recalled');
      await vi.waitFor(() => expect(opened.signal.aborted).toBe(true), 5000);
      await expect(pieces.next()).rejects.toMatchObject({ code: 'recalled' });
      if (of === registry)
        await at.store.change(({ sql }) =>
          sql.updateTable('registry_versions').set({ state: 'released' }).where('id', '=', versionId).execute(),
        );
    }
    await elsewhere.contents.close();
  });

  it('do not end once all bytes are out: on the same connection the next thing may be asked', async () => {
    await release(registry, versionId);
    const closing = Promise.withResolvers<undefined>();
    const slowToClose = async function* () {
      yield content;
      await closing.promise;
    };
    const guarded = (bytes: number) => {
      const ending = new AbortController();
      const download = { versionId, ending, signal: ending.signal, knownAtMs: performance.now(), bytes };
      return { signal: ending.signal, pieces: registry.contents.running.guard(slowToClose(), download) };
    };
    const [whole, part] = [guarded(content.length), guarded(content.length + 1)];
    for (const { pieces } of [whole, part]) expect((await pieces.next()).done).toBe(false);
    const ends = whole.pieces.next();
    await move(registry, versionId, 'recalled');
    await vi.waitFor(() => expect(part.signal.aborted).toBe(true), 5000);
    expect(whole.signal.aborted).toBe(false);
    closing.resolve(undefined);
    expect((await ends).done).toBe(true);
    await part.pieces.return(undefined);
  });

  it('rest while nobody can say whether the version was recalled', async () => {
    await release(registry, versionId);
    let isDown = false;
    const read = new Proxy(at.store.read, {
      get: (target, name) => {
        if (isDown) throw new Error('no records');
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const parts = { ...registry, store: { ...storeParts(at), read } };
    const cut: Registry = { ...parts, contents: openContents(parts) };
    const pieces = (await open(cut)).read()[Symbol.asyncIterator]();
    await pieces.next();
    isDown = true;
    await new Promise((resolve) => setTimeout(resolve, 900));
    let isResting = true;
    const next = pieces.next().finally(() => {
      isResting = false;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isResting).toBe(true);
    isDown = false;
    expect((await next).done).toBe(false);
    await pieces.return?.();
    await cut.contents.close();
  });

  it('end when whoever asked goes away', async () => {
    await release(registry, versionId);
    const going = new AbortController();
    const pieces = (await open(registry, 'model.bin', going.signal)).read()[Symbol.asyncIterator]();
    await pieces.next();
    going.abort();
    await expect(pieces.next()).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('are written down together, once a day in the ledger', async () => {
    await release(registry, versionId);
    const opened = await open();
    await allOf(opened.read());
    await allOf(opened.read({ start: 10, end: 30 }));
    await allOf((await open(registry, 'empty')).read());
    await registry.contents.tally.flush();
    expect(await downloads()).toMatchObject([{ principal_id: test.owner.id, files: 2, bytes: content.length + 20 }]);
    await allOf(opened.read());
    await registry.contents.tally.flush();
    expect(await entries()).toBe(1);
    laterMs = DAY_MS;
    await allOf(opened.read());
    // As when the process stops.
    await registry.contents.close();
    expect(await entries()).toBe(2);
    expect(await downloads()).toMatchObject([{ files: 4, bytes: 3 * content.length + 20 }]);
  });

  it('that cannot be written down are kept for the next turn', async () => {
    await release(registry, versionId);
    let isDown = true;
    const parts = {
      ...registry,
      onFault: () => undefined,
      store: {
        ...storeParts(at),
        change: ((run) =>
          isDown ? Promise.reject(new Error('no records')) : at.store.change(run)) as typeof at.store.change,
      },
    };
    const cut: Registry = { ...parts, contents: openContents(parts) };
    await allOf((await open(cut)).read());
    await expect(cut.contents.tally.flush()).rejects.toThrow('no records');
    isDown = false;
    await cut.contents.close();
    expect(await downloads()).toMatchObject([{ files: 1, bytes: content.length }]);
  });

  it('end with an error where the blob is gone', async () => {
    await release(registry, versionId);
    const row = await contentRow(registry, content);
    await registry.blobs.remove(String(row?.sealed_digest));
    await expect(open()).rejects.toMatchObject({ code: 'content-damaged' });
  });
});

function storeParts({ store }: TestStore): Registry['store'] {
  return {
    dialect: store.dialect,
    read: store.read,
    ledger: store.ledger,
    change: (run) => store.change(run),
    close: () => store.close(),
  };
}
