import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { freeBytes } from '../../src/node/free-bytes.ts';
import { contentKeysOf } from '../../src/registry/contents/content-keys.ts';
import { dropPlain } from '../../src/registry/contents/drop-plain.ts';
import { materialise } from '../../src/registry/contents/materialise.ts';
import { openContent } from '../../src/registry/contents/open-content.ts';
import { openContents } from '../../src/registry/contents/open-contents.ts';
import { putEvidence, readEvidence } from '../../src/registry/contents/put-evidence.ts';
import { sealVersion, writeSealed } from '../../src/registry/contents/seal-version.ts';
import { storeContent } from '../../src/registry/contents/store-content.ts';
import type { Registry } from '../../src/registry/registry.ts';
import { SealError } from '../../src/seal/errors.ts';
import type { KeyProvider } from '../../src/seal/providers/key-provider.ts';
import { describeEachStore, type TestStore } from '../build/store.ts';
import {
  allOf,
  atEachStep,
  bound,
  contentRow,
  digestOf,
  inPieces,
  move,
  release,
  versionWith,
} from './contents-fixture.ts';
import { openTestRegistry, type TestRegistry } from './fixture.ts';

const never = new AbortController().signal;
const large = randomBytes(300_000);
const small = Buffer.from('{"model_type":"llama"}');

describeEachStore('contents of versions', ({ makeStore }) => {
  let at: TestStore;
  let test: TestRegistry;
  let registry: Registry;
  let isKeyServiceUp = true;

  beforeEach(async () => {
    isKeyServiceUp = true;
    at = await makeStore({ enqueue: async () => 'job_01J8Z3J8Z3J8Z3J8Z3J8Z3J8Z3' });
    test = await openTestRegistry({ store: at.store });
    registry = withMaster(
      test.registry,
      failing(test.registry.masterKey, () => isKeyServiceUp),
    );
  });
  afterEach(async () => {
    await registry.contents.close();
    await test.end();
    await at.end();
  });

  const read = async (versionId: string, path: string, of = registry): Promise<Buffer> =>
    allOf((await openContent(of, { versionId, side: 'release', path })).read());
  const isStored = async (digest: string | null | undefined): Promise<boolean> =>
    (await registry.blobs.stat(String(digest))) !== undefined;
  const stateOf = async (versionId: string): Promise<string | undefined> => {
    const versions = at.store.read.selectFrom('registry_versions').select('state');
    return (await versions.where('id', '=', versionId).executeTakeFirst())?.state;
  };
  /** What follows a commit. */
  const settled = (content: Uint8Array) =>
    vi.waitFor(async () => expect(await isStored(digestOf(content))).toBe(false));

  it('are plain until their release and only sealed after it', async () => {
    const id = await versionWith(test, { 'a/model.bin': large, 'config.json': small });
    expect(await read(id, 'a/model.bin')).toEqual(large);
    await release(registry, id);
    await settled(large);
    await settled(small);
    const row = await contentRow(registry, large);
    expect(row).toMatchObject({ is_plain: 0, sealed_bytes: large.length + 16 + 5 * 16 });
    const lying = await allOf(registry.blobs.read(String(row?.sealed_digest)));
    expect(lying.includes(large.subarray(0, 32))).toBe(false);
    expect(await read(id, 'a/model.bin')).toEqual(large);
    expect(await read(id, 'config.json')).toEqual(small);
  });

  it('have no key in the records that is not wrapped', async () => {
    const id = await versionWith(test, { x: large });
    await release(registry, id);
    const keys = await contentKeysOf(registry, id, 'release');
    const rows = await at.store.read.selectFrom('registry_files').selectAll().execute();
    const versions = await at.store.read.selectFrom('registry_versions').selectAll().execute();
    expect(Object.keys(keys)).toEqual([digestOf(large)]);
    expect(JSON.stringify([rows, versions])).not.toContain(keys[digestOf(large)]);
    expect(versions[0]).toMatchObject({ key_provider: 'local', wrapped_key: expect.any(String) });
  });

  it('give out the same bytes for every range, plain and sealed', async () => {
    const content = randomBytes(3 * 65_536 + 17);
    const id = await versionWith(test, { x: content, empty: Buffer.alloc(0), exact: content.subarray(0, 131_072) });
    const check = async (): Promise<void> => {
      for (const [path, whole] of [
        ['x', content],
        ['empty', Buffer.alloc(0)],
        ['exact', content.subarray(0, 131_072)],
      ] as const) {
        const opened = await openContent(registry, { versionId: id, side: 'release', path });
        expect(opened.bytes).toBe(whole.length);
        expect(await allOf(opened.read())).toEqual(whole);
        const offset = fc.oneof(
          fc.nat(whole.length),
          fc.constantFrom(0, 65_535, 65_536, 65_537, 131_072).map((n) => Math.min(n, whole.length)),
        );
        await fc.assert(
          fc.asyncProperty(offset, offset, async (one, other) => {
            const range = { start: Math.min(one, other), end: Math.max(one, other) };
            expect((await allOf(opened.read(range))).equals(whole.subarray(range.start, range.end))).toBe(true);
          }),
          { numRuns: 25 },
        );
      }
    };
    await check();
    await release(registry, id);
    await check();
  });

  it('are refused when a byte of the sealed blob changed, or its end is missing', async () => {
    const id = await versionWith(test, { x: large });
    await release(registry, id);
    const { sealed_digest: sealed } = (await contentRow(registry, large)) ?? {};
    const bytes = await allOf(registry.blobs.read(String(sealed)));
    const tamper = (change: (bytes: Buffer) => Buffer): Registry => ({
      ...registry,
      blobs: { ...bound(registry.blobs), read: (_digest, range) => slices(change(Buffer.from(bytes)), range) },
    });
    const flip = (offset: number) => tamper((copy) => (copy.writeUInt8(copy.readUInt8(offset) ^ 1, offset), copy));
    for (const offset of [3, 16, 70_000, bytes.length - 1]) {
      await expect(read(id, 'x', flip(offset))).rejects.toMatchObject({ code: 'content-damaged' });
    }
    await expect(
      read(
        id,
        'x',
        tamper((copy) => copy.subarray(0, -5)),
      ),
    ).rejects.toMatchObject({ code: 'content-damaged' });
    // A chunk that was not touched is given out.
    const opened = await openContent(flip(70_000), { versionId: id, side: 'release', path: 'x' });
    expect(await allOf(opened.read({ start: 10, end: 20 }))).toEqual(large.subarray(10, 20));
  });

  it('do not open with the key of another version, or when it was destroyed', async () => {
    const id = await versionWith(test, { x: large });
    const other = await versionWith(test, { x: small }, { name: 'acme/two' });
    await release(registry, id);
    await release(registry, other);
    const rows = await at.store.read.selectFrom('registry_versions').selectAll().where('id', '=', other).execute();
    const set = (versionId: string, wrapped: string | null) =>
      at.store.change(({ sql }) =>
        sql.updateTable('registry_versions').set({ wrapped_key: wrapped }).where('id', '=', versionId).execute(),
      );
    await set(id, rows[0]?.wrapped_key ?? null);
    await expect(read(id, 'x')).rejects.toMatchObject({ code: 'keys-unavailable' });
    await set(id, null);
    await expect(read(id, 'x')).rejects.toMatchObject({ code: 'content-damaged' });
    expect(await read(other, 'x')).toEqual(small);
  });

  it('are stored once for versions that share them, and outlive the key of one of them', async () => {
    const first = await versionWith(test, { x: large });
    const second = await versionWith(test, { y: large, z: small });
    await release(registry, first);
    const sealed = (await contentRow(registry, large))?.sealed_digest;
    // The second is on its way, and may be read where no keys are.
    expect(await isStored(digestOf(large))).toBe(true);
    await release(registry, second);
    await settled(large);
    expect((await contentRow(registry, large))?.sealed_digest).toBe(sealed);
    await at.store.change(({ sql }) =>
      sql.updateTable('registry_versions').set({ wrapped_key: null }).where('id', '=', first).execute(),
    );
    expect(await read(second, 'y')).toEqual(large);
  });

  it('are sealed with one key where two versions are released at the same time', async () => {
    const ids = await Promise.all(
      ['acme/a', 'acme/b', 'acme/c'].map((name) => versionWith(test, { x: large }, { name })),
    );
    await Promise.all(ids.map((id) => release(registry, id)));
    await settled(large);
    for (const id of ids) expect(await read(id, 'x')).toEqual(large);
  });

  it('that come again after their release are read, and are dropped again', async () => {
    const first = await versionWith(test, { x: large });
    await release(registry, first);
    await settled(large);
    const second = await versionWith(test, { x: large });
    expect(await read(second, 'x')).toEqual(large);
    expect(await dropPlain(registry)).toBe(0);
    await move(registry, second, 'denied');
    expect(await dropPlain(registry)).toBe(1);
    expect(await isStored(digestOf(large))).toBe(false);
    expect(await read(first, 'x')).toEqual(large);
  });

  it('stay as they are while the service with the master key is down', async () => {
    const id = await versionWith(test, { x: large });
    isKeyServiceUp = false;
    await expect(release(registry, id)).rejects.toMatchObject({ code: 'keys-unavailable' });
    expect(await contentRow(registry, large)).toMatchObject({ is_plain: 1, sealed_digest: null });
    isKeyServiceUp = true;
    await release(registry, id);
    registry.contents.keys.close();
    isKeyServiceUp = false;
    await expect(read(id, 'x')).rejects.toMatchObject({
      code: 'keys-unavailable',
      message: expect.not.stringContaining('secret'),
    });
    isKeyServiceUp = true;
    expect(await read(id, 'x')).toEqual(large);
  });

  it('are sealed all the same when an attempt is cut off at any step', async () => {
    let isCut = true;
    for (let point = 1; isCut; point += 1) {
      const files = { x: randomBytes(70_000), y: randomBytes(10) };
      const id = await versionWith(test, files);
      isCut = await release(cutAt(registry, point), id).then(
        () => false,
        (error: unknown) => (error as Error).message === 'killed',
      );
      if (!isCut) expect(point).toBeGreaterThan(12);
      const isReleased = (await stateOf(id)) === 'released';
      expect(await read(id, 'x')).toEqual(files.x);
      if (!isReleased) await release(registry, id);
      await dropPlain(registry);
      expect(await read(id, 'x')).toEqual(files.x);
      expect(await read(id, 'y')).toEqual(files.y);
      await settled(files.x);
    }
  });

  it('that are not what their digest says are not released', async () => {
    const id = await versionWith(test, { x: large });
    const changed: Registry = {
      ...registry,
      blobs: {
        ...bound(registry.blobs),
        read: async function* (digest, range) {
          yield* range === undefined && digest === digestOf(large)
            ? registry.blobs.read(digestOf(small))
            : registry.blobs.read(digest, range);
        },
      },
    };
    await expect(sealVersion(changed, { versionId: id, signal: never })).rejects.toMatchObject({
      code: expect.stringMatching(/too-long|damaged|mismatch/),
    });
    expect(await contentRow(registry, large)).toMatchObject({ sealed_digest: null });
  });

  it('are not committed as released while a file of the version is not sealed', async () => {
    const id = await versionWith(test, { x: large });
    const sealed = await sealVersion(registry, { versionId: id, signal: never });
    await storeContent(registry, inPieces(small), { maxBytes: 100 });
    await at.store.change(({ sql }) =>
      sql
        .insertInto('registry_files')
        .values({ version_id: id, side: 'release', path: 'late', bytes: small.length, digest: digestOf(small) })
        .execute(),
    );
    await expect(at.store.change((change) => writeSealed(change, sealed))).rejects.toMatchObject({
      code: 'version-state',
    });
  });

  it('are written below a folder, linked while plain and copied once sealed', async () => {
    const id = await versionWith(test, { 'a/b/x.bin': large, 'config.json': small });
    const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-materialise-'));
    try {
      let seen = 0;
      const to = (name: string) => ({
        versionId: id,
        side: 'source' as const,
        folder: join(folder, name),
        signal: never,
        onBytes: (n: number) => void (seen += n),
      });
      await materialise(registry, to('plain'));
      expect(readFileSync(join(folder, 'plain/a/b/x.bin'))).toEqual(large);
      expect(statSync(join(folder, 'plain/a/b/x.bin'))).toMatchObject({ nlink: 2 });
      expect(statSync(join(folder, 'plain/a/b/x.bin')).mode & 0o777).toBe(0o400);
      await release(registry, id);
      await settled(large);
      const keys = await contentKeysOf(registry, id, 'source');
      await materialise({ ...registry, keys }, to('sealed'));
      expect(readFileSync(join(folder, 'sealed/a/b/x.bin'))).toEqual(large);
      expect(seen).toBe(2 * (large.length + small.length));
      await expect(materialise(registry, to('without keys'))).rejects.toMatchObject({ code: 'content-damaged' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are not copied below a folder whose disk has no room for all of them', async () => {
    const id = await versionWith(test, { a: large, b: small });
    const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-materialise-'));
    const apart = Object.assign(Object.create(registry.blobs) as Registry['blobs'], { linkTo: undefined });
    const wanted = { versionId: id, side: 'source' as const, folder, signal: never };
    const pretend = (bytes: number) =>
      at.store.change(({ sql }) => sql.updateTable('registry_contents').set({ bytes }).execute());
    const free = (await freeBytes(folder)) ?? 0;
    // Each of them would fit.
    await pretend(Math.floor(free * 0.7));
    await expect(materialise({ ...registry, blobs: apart }, wanted)).rejects.toMatchObject({
      code: 'no-room',
      httpStatus: 507,
    });
    expect(readdirSync(folder)).toEqual([]);
    await materialise(registry, wanted);
    expect(readdirSync(folder).toSorted(), 'a link takes no room').toEqual(['a', 'b']);
    rmSync(folder, { recursive: true });
  });

  it('are not written through a path that leads out of the folder', async () => {
    const id = await versionWith(test, { x: small });
    await at.store.change(({ sql }) =>
      sql.updateTable('registry_files').set({ path: '../out' }).where('version_id', '=', id).execute(),
    );
    const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-materialise-'));
    writeFileSync(join(folder, 'keep'), '');
    await expect(
      materialise(registry, { versionId: id, side: 'source', folder: join(folder, 'in'), signal: never }),
    ).rejects.toMatchObject({ code: 'content-damaged' });
    expect(() => statSync(join(folder, 'out'))).toThrow();
    rmSync(folder, { recursive: true });
  });

  it('have evidence beside them, of which the newest is kept', async () => {
    const id = await versionWith(test, { x: small });
    const evidence = { versionId: id, kind: 'scan-report' as const, name: 'scan-report.json' };
    expect(await readEvidence(registry, evidence)).toBeUndefined();
    await putEvidence(registry, { ...evidence, content: '{"a":1}' });
    await putEvidence(registry, { ...evidence, content: '{"a":2}' });
    const found = await readEvidence(registry, evidence);
    expect(await found?.text()).toBe('{"a":2}');
    expect(await isStored(digestOf(Buffer.from('{"a":1}')))).toBe(false);
    // The same bytes are a content too: dropping that leaves the document.
    await putEvidence(registry, { ...evidence, content: small });
    await release(registry, id);
    await dropPlain(registry);
    expect(await (await readEvidence(registry, evidence))?.text()).toBe(small.toString());
  });
});

function withMaster(registry: Registry, masterKey: KeyProvider): Registry {
  const parts = { ...registry, masterKey };
  return { ...parts, contents: openContents(parts) };
}

function failing(keys: KeyProvider, isUp: () => boolean): KeyProvider {
  const check = (): void => {
    if (!isUp()) throw SealError.of('provider-failed', { provider: 'a service', detail: 'secret detail' });
  };
  return {
    id: keys.id,
    wrap: async (...args) => (check(), keys.wrap(...args)),
    unwrap: async (...args) => (check(), keys.unwrap(...args)),
  };
}

async function* slices(bytes: Buffer, range = { start: 0, end: bytes.length }): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(range.start, range.end);
}

/** A registry whose process is killed at a point of its work: before each change and put, and right after it, there is one. */
function cutAt(registry: Registry, point: number): Registry {
  let left = point;
  const stepped = atEachStep(registry, async () => {
    left -= 1;
    if (left <= 0) throw new Error('killed');
  });
  // What follows the commit dies with it.
  return { ...stepped, contents: { ...registry.contents, afterwards: () => undefined } };
}
