import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dropPlain } from '../../src/registry/contents/drop-plain.ts';
import { openContent } from '../../src/registry/contents/open-content.ts';
import type { Registry } from '../../src/registry/registry.ts';
import { backUp } from '../../src/store/backup/back-up.ts';
import { restore } from '../../src/store/backup/restore.ts';
import { openBlobs } from '../../src/store/blobs/open-blobs.ts';
import { removeUnnamedBlobs } from '../../src/store/blobs/remove-unnamed.ts';
import { holdRemovals } from '../../src/store/blobs/removal-hold.ts';
import { sweepOrphans } from '../../src/store/blobs/sweep-orphans.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { allOf, digestOf, type Files, release, versionWith } from './contents-fixture.ts';
import { openTestRegistry, type TestRegistry } from './fixture.ts';

const HOUR_MS = 3_600_000;

describe('a backup of models', () => {
  let place: string;
  let data: string;
  let store: Store;
  let test: TestRegistry;
  let registry: Registry;
  const at = (name: string): string => join(place, name);
  const blobsOf = (folder: string) => openBlobs({ folder: { path: join(folder, 'blobs') } });
  const storeIn = (folder: string): Promise<Store> =>
    openStore({ records: { column: 'sqlite', folder }, enqueue: async () => 'job_01J8Z3J8Z3J8Z3J8Z3J8Z3J8Z3' });
  beforeEach(async () => {
    place = mkdtempSync(join(tmpdir(), 'vouchsafe-backup-'));
    data = at('data');
    store = await storeIn(data);
    test = await openTestRegistry({ store }, { blobs: await blobsOf(data) });
    registry = test.registry;
  });
  afterEach(async () => {
    await test.end();
    await store.close();
    rmSync(place, { recursive: true, force: true });
  });

  const backUpTo = (target: string) =>
    backUp({ folder: data, target, withKeys: false, program: 'test', nowMs: Date.now() });

  it('taken while versions are sealed and plain contents dropped has everything that its records name', {
    timeout: 60_000,
  }, async () => {
    const made = new Map<string, Files>();
    let isLoaded = true;
    const load = (async () => {
      for (let number = 0; isLoaded; number += 1) {
        const files: Files = { 'model.bin': randomBytes(300_000), 'notes.txt': randomBytes(20) };
        const id = await versionWith(test, files, { name: `acme/model-${number}` });
        made.set(id, files);
        await release(registry, id);
        await dropPlain(registry);
        await sweepOrphans(registry, { storedBeforeMs: Date.now() - HOUR_MS, signal: new AbortController().signal });
      }
    })();
    const backups: string[] = [];
    try {
      for (let round = 1; round <= 4; round += 1) {
        await expect.poll(() => made.size, { timeout: 20_000 }).toBeGreaterThan(5 * round);
        backups.push(at(`backup-${round}`));
        await backUpTo(at(`backup-${round}`));
      }
    } finally {
      isLoaded = false;
      await load;
    }
    for (const source of backups) await expectWhole(source, made);
    expect(readdirSync(join(data, 'blobs', 'held'))).toEqual([]);
  });

  /** Everything released can be given out, and nothing of what was on its way is lost. */
  async function expectWhole(source: string, made: ReadonlyMap<string, Files>): Promise<void> {
    const folder = `${source}-restored`;
    await restore({ source, folder, lastCheckpoint: null });
    const [restored, blobs] = [await storeIn(folder), await blobsOf(folder)];
    const of: Registry = { ...registry, store: restored, blobs };
    const versions = await restored.read.selectFrom('registry_versions').select(['id', 'state']).execute();
    expect(versions.filter(({ state }) => state === 'released').length).toBeGreaterThan(0);
    for (const { id, state } of versions) {
      const files = await restored.read
        .selectFrom('registry_files')
        .select(['path', 'side'])
        .where('version_id', '=', id)
        .where('digest', 'is not', null)
        .execute();
      if (state === 'released') expect(files).toHaveLength(4);
      for (const { path, side } of files) {
        const content = await allOf((await openContent(of, { versionId: id, side, path })).read());
        expect(digestOf(content), `${state} ${path}`).toBe(digestOf(made.get(id)?.[path] ?? content));
      }
    }
    await restored.close();
    await blobs.close();
  }

  it('keeps blobs that nothing names any more until it is done, or was killed', async () => {
    const files: Files = { 'model.bin': randomBytes(100) };
    const content = files['model.bin'] ?? new Uint8Array();
    const id = await versionWith(test, files);
    const isThere = async (): Promise<boolean> => (await registry.blobs.stat(digestOf(content))) !== undefined;
    const hold = await holdRemovals(join(data, 'blobs'));
    await release(registry, id);
    await registry.contents.close();
    expect(await removeUnnamedBlobs(registry)).toBe(0);
    expect(await isThere()).toBe(true);
    await hold.end();
    // Held or not, the same bytes may be named again.
    const again = await versionWith(test, files, { name: 'acme/again' });
    expect(await removeUnnamedBlobs(registry)).toBe(0);
    const killed = join(data, 'blobs', 'held', 'killed');
    writeFileSync(killed, '');
    await release(registry, again);
    await registry.contents.close();
    expect(await removeUnnamedBlobs(registry)).toBe(0);
    expect(await isThere()).toBe(true);
    const longAgo = Date.now() / 1000 - 2 * 3600;
    utimesSync(killed, longAgo, longAgo);
    expect(await removeUnnamedBlobs(registry)).toBe(1);
    expect(await isThere()).toBe(false);
  });
});
