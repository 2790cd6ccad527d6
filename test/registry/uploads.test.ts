import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PrincipalRef } from '../../src/contract/types/common.ts';
import { MIN_FREE_BYTES } from '../../src/registry/contents/room.ts';
import { requireKept } from '../../src/registry/contents/require-kept.ts';
import { makeModel } from '../../src/registry/models/make-model.ts';
import type { Registry } from '../../src/registry/registry.ts';
import { abandonVersion } from '../../src/registry/uploads/abandon-version.ts';
import { assembleUploads } from '../../src/registry/uploads/assemble.ts';
import { beginUpload } from '../../src/registry/uploads/begin-upload.ts';
import { findUpload } from '../../src/registry/uploads/find-upload.ts';
import { giveUpOld } from '../../src/registry/uploads/give-up-old.ts';
import { missingParts } from '../../src/registry/uploads/missing-parts.ts';
import { putPart } from '../../src/registry/uploads/put-part.ts';
import { submitUpload } from '../../src/registry/uploads/submit-upload.ts';
import type { DeclaredFile } from '../../src/registry/versions/declare-version.ts';
import { moveVersion } from '../../src/registry/versions/move-version.ts';
import type { Blobs } from '../../src/store/blobs/blobs.ts';
import { BlobError } from '../../src/store/blobs/errors.ts';
import { removeUnnamedBlobs } from '../../src/store/blobs/remove-unnamed.ts';
import { describeEachStore, type TestStore } from '../build/store.ts';
import { bound } from './contents-fixture.ts';
import { openTestRegistry, type TestRegistry } from './fixture.ts';

const MIB = 1024 * 1024;
const DAY_MS = 86_400_000;

const digestOf = (content: Uint8Array): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;
const bytesOf = (text: string): Buffer => Buffer.from(text);

describeEachStore('uploads', ({ makeStore }) => {
  let at: TestStore;
  let test: TestRegistry;
  let registry: Registry;
  let modelId: string;
  let laterMs = 0;

  beforeEach(async () => {
    laterMs = 0;
    const clock = (): number => Date.now() + laterMs;
    at = await makeStore({ enqueue: async () => 'job_01J8Z3J8Z3J8Z3J8Z3J8Z3J8Z3' });
    test = await openTestRegistry({ store: at.store, clock });
    registry = { ...test.registry, limits: { ...test.registry.limits, partBytes: MIB } };
    modelId = await model('acme/one');
  });
  afterEach(async () => {
    await test.end();
    await at.end();
  });

  async function model(name: string): Promise<string> {
    const facts = { name, projectId: test.projectId, description: '', tags: [], licence: null };
    const { value } = await at.store.change((change) =>
      makeModel(change, { ...facts, by: test.owner, atMs: registry.clock() }),
    );
    return value;
  }

  async function setJob(id: string, state: 'running' | 'waiting' | 'failed'): Promise<void> {
    await at.store.change(({ sql }) => sql.updateTable('job').set({ state }).where('id', '=', id).execute());
  }

  async function begin(
    files: readonly DeclaredFile[],
    of = modelId,
    over: { readonly by?: PrincipalRef } = {},
  ): Promise<string> {
    const begun = { modelId: of, files, message: '', by: test.owner, atMs: registry.clock(), ...over };
    const { value } = await at.store.change((change) => beginUpload(change, registry, begun));
    return value;
  }

  const put = (
    versionId: string,
    path: string,
    content: Buffer | Readable,
    rest: { part?: number; digest?: string } = {},
  ) =>
    putPart(registry, {
      versionId,
      path,
      part: 0,
      ...rest,
      content: content instanceof Readable ? content : Readable.from([Buffer.from(content)]),
    });

  const missing = async (versionId: string): Promise<Record<string, readonly number[]>> => {
    const uploads = await missingParts(at.store.read, await findUpload(at.store.read, versionId));
    return Object.fromEntries(uploads.map((one) => [one.path, one.missing]));
  };
  const submit = (versionId: string) => submitUpload(registry, versionId, test.owner);
  const assemble = async (versionId: string, over: Partial<Registry> = {}): Promise<number> => {
    let read = 0;
    const signal = new AbortController().signal;
    await assembleUploads({ ...registry, ...over }, { versionId, signal, onBytes: (bytes) => (read += bytes) });
    return read;
  };
  const abandon = (versionId: string) =>
    at.store.change((change) =>
      abandonVersion(change, registry, { versionId, by: test.owner, atMs: registry.clock() }),
    );
  const fileRows = (versionId: string) =>
    at.store.read
      .selectFrom('registry_files')
      .select(['path', 'bytes', 'digest'])
      .where('version_id', '=', versionId)
      .orderBy('path')
      .execute();
  const contentOf = async (digest: string): Promise<Buffer> => buffer(registry.blobs.read(digest));
  const isStored = async (content: Uint8Array): Promise<boolean> =>
    (await registry.blobs.stat(digestOf(content))) !== undefined;
  const stateOf = async (versionId: string) =>
    (
      await at.store.read
        .selectFrom('registry_versions')
        .select('state')
        .where('id', '=', versionId)
        .executeTakeFirstOrThrow()
    ).state;

  /** A whole version, submitted and assembled. */
  async function upload(content: Buffer, of = modelId): Promise<string> {
    const versionId = await begin([{ path: 'a.bin', bytes: content.length }], of);
    for (let part = 0; part * MIB < content.length; part++) {
      await put(versionId, 'a.bin', content.subarray(part * MIB, (part + 1) * MIB), { part });
    }
    await submit(versionId);
    await assemble(versionId);
    return versionId;
  }

  it('parts arrive in any order, and become the files that were declared', async () => {
    const large = Buffer.alloc(2 * MIB + 3, 7).fill('large', MIB);
    const small = bytesOf('small');
    const versionId = await begin([
      { path: 'weights/large.bin', bytes: large.length, digest: digestOf(large) },
      { path: 'small.txt', bytes: small.length },
      { path: 'empty', bytes: 0 },
    ]);
    expect(await missing(versionId)).toEqual({ 'weights/large.bin': [0, 1, 2], 'small.txt': [0], empty: [] });
    await Promise.all([
      put(versionId, 'weights/large.bin', large.subarray(2 * MIB), { part: 2 }),
      put(versionId, 'small.txt', small, { digest: digestOf(small) }),
      put(versionId, 'weights/large.bin', large.subarray(0, MIB)),
    ]);
    expect(await missing(versionId)).toEqual({ 'weights/large.bin': [1], 'small.txt': [], empty: [] });
    await expect(submit(versionId)).rejects.toMatchObject({ code: 'upload-incomplete' });
    await put(versionId, 'weights/large.bin', large.subarray(MIB, 2 * MIB), { part: 1 });
    await submit(versionId);
    expect(await stateOf(versionId)).toBe('examining');

    expect(await assemble(versionId)).toBe(large.length + small.length);
    expect(await fileRows(versionId)).toEqual([
      { path: 'empty', bytes: 0, digest: digestOf(bytesOf('')) },
      { path: 'small.txt', bytes: small.length, digest: digestOf(small) },
      { path: 'weights/large.bin', bytes: large.length, digest: digestOf(large) },
    ]);
    expect((await contentOf(digestOf(large))).equals(large)).toBe(true);
    expect(await isStored(large.subarray(0, MIB)), 'parts are gone').toBe(false);
    expect(await isStored(small), 'the only part of a file is the file').toBe(true);
    expect(await assemble(versionId), 'again').toBe(0);
    await expect(put(versionId, 'small.txt', small)).rejects.toMatchObject({ code: 'version-state' });
  });

  it('the same part again replaces the one before', async () => {
    const versionId = await begin([{ path: 'a', bytes: 3 }]);
    await put(versionId, 'a', bytesOf('one'));
    await put(versionId, 'a', bytesOf('two'));
    await submit(versionId);
    await assemble(versionId);
    expect(await fileRows(versionId)).toMatchObject([{ digest: digestOf(bytesOf('two')) }]);
    await removeUnnamedBlobs(registry);
    expect([await isStored(bytesOf('one')), await isStored(bytesOf('two'))]).toEqual([false, true]);
  });

  it.each([
    ['too short', bytesOf('ab'), {}],
    ['too long', bytesOf('abcd'), {}],
    ['other than announced', bytesOf('abc'), { digest: digestOf(bytesOf('xyz')) }],
    ['one too many', bytesOf('abc'), { part: 1 }],
  ])('a part that is %s is refused, and leaves nothing', async (_what, content, rest) => {
    const versionId = await begin([{ path: 'a', bytes: 3 }]);
    await expect(put(versionId, 'a', content, rest)).rejects.toMatchObject({ code: 'part-wrong', httpStatus: 422 });
    expect(await missing(versionId)).toEqual({ a: [0] });
    expect(await isStored(content)).toBe(false);
  });

  it('a part that is cut off leaves nothing, and comes again', async () => {
    const versionId = await begin([{ path: 'a', bytes: 6 }]);
    const cut = new Readable({ read: () => undefined });
    cut.push('abc');
    const putting = put(versionId, 'a', cut);
    cut.destroy(new Error('connection reset'));
    await expect(putting).rejects.toThrow();
    expect([await missing(versionId), await isStored(bytesOf('abc'))]).toEqual([{ a: [0] }, false]);
    await put(versionId, 'a', bytesOf('abcdef'));
    expect(await missing(versionId)).toEqual({ a: [] });
  });

  it('who knows a hash does not get its content: only versions of the same model spare an upload', async () => {
    const secret = bytesOf('weights of another model');
    const file = { path: 'a.bin', bytes: secret.length, digest: digestOf(secret) };
    const other = await model('other/model');
    await upload(secret, other);
    const first = await begin([file]);
    expect(await missing(first), 'another model has it').toEqual({ 'a.bin': [0] });
    expect(await missing(await begin([file])), 'to have said it before proves nothing').toEqual({ 'a.bin': [0] });
    const again = await begin([file], other);
    expect(await missing(again)).toEqual({ 'a.bin': [] });
    expect(await missing(await begin([{ ...file, bytes: 1 }], other)), 'of another size').toEqual({ 'a.bin': [0] });
    await submit(again);
    await assemble(again);
    expect(await fileRows(again)).toMatchObject([{ digest: file.digest }]);
  });

  it('a file that turns out other than it was declared does not become one', async () => {
    const versionId = await begin([{ path: 'a', bytes: MIB + 1, digest: digestOf(bytesOf('other')) }]);
    await put(versionId, 'a', Buffer.alloc(MIB));
    await put(versionId, 'a', Buffer.alloc(1), { part: 1 });
    await submit(versionId);
    await expect(assemble(versionId)).rejects.toMatchObject({ code: 'part-wrong' });
    expect(await fileRows(versionId)).toMatchObject([{ digest: null }]);
    const single = await begin([{ path: 'a', bytes: 3, digest: digestOf(bytesOf('abc')) }]);
    await expect(put(single, 'a', bytesOf('xyz'))).rejects.toMatchObject({ code: 'part-wrong' });
  });

  it('two uploads of the same bytes at once are stored once, and neither takes them from the other', async () => {
    const content = Buffer.alloc(MIB + 5, 3);
    const other = await model('other/model');
    const [one, two] = await Promise.all([upload(content), upload(content, other)]);
    expect(await fileRows(one)).toEqual(await fileRows(two));
    const three = await begin([{ path: 'a', bytes: content.length }]);
    await put(three, 'a', content.subarray(0, MIB));
    await abandon(three);
    await giveUpOld(registry);
    expect((await contentOf(digestOf(content))).equals(content)).toBe(true);
  });

  it('parts keep the size they were cut to, whatever the configuration says by now', async () => {
    const content = Buffer.alloc(3 * MIB, 1).fill(2, MIB, 2 * MIB);
    const versionId = await begin([{ path: 'a', bytes: content.length }]);
    await put(versionId, 'a', content.subarray(0, MIB));
    registry = { ...registry, limits: { ...registry.limits, partBytes: 2 * MIB } };
    expect(await missing(versionId)).toEqual({ a: [1, 2] });
  });

  it.each([
    ['two of one name', ['a', 'a'], 'path-ambiguous'],
    ['a name in capitals', ['a/Model.bin', 'a/model.BIN'], 'path-ambiguous'],
    ['a letter composed in two ways', ['caf\u00e9', 'cafe\u0301'], 'path-ambiguous'],
    ['a file that is also a folder', ['a-', 'a', 'a/b'], 'path-ambiguous'],
    ['a file that is also a folder, in capitals', ['A', 'a/b'], 'path-ambiguous'],
    ['a path that leaves the version', ['../a'], 'path-refused'],
    ['an absolute path', ['/etc/passwd'], 'path-refused'],
    ['backslashes', ['a\\b'], 'path-refused'],
    ['a line end', ['a\nb'], 'path-refused'],
    ['one folder in two spellings', ['Weights/a', 'weights/b'], 'path-ambiguous'],
    ['a stream of NTFS', ['a', 'model.bin:stream'], 'path-refused'],
    ['a device of Windows', ['a/con.txt'], 'path-refused'],
    ['a dot at the end', ['folder./a'], 'path-refused'],
    ['what a pull would remove', ['.vouchsafe-partial/a'], 'path-refused'],
    ['a name of more than 255 bytes', ['ä'.repeat(128)], 'path-refused'],
  ])('refuses %s, and says which', async (_what, paths, code) => {
    const named = JSON.stringify(paths.at(-1)).slice(1, -1);
    await expect(begin(paths.map((path) => ({ path, bytes: 1 })))).rejects.toMatchObject({
      code,
      httpStatus: 422,
      message: expect.stringContaining(named),
    });
    expect(await at.store.read.selectFrom('registry_versions').selectAll().execute()).toEqual([]);
  });

  it('refuses more than its limits, and takes what is within', async () => {
    registry = { ...registry, limits: { ...registry.limits, maxFiles: 2, maxFileBytes: 10, maxVersionBytes: 15 } };
    const file = (path: string, bytes: number) => ({ path, bytes });
    for (const files of [[file('a', 1), file('b', 1), file('c', 1)], [file('a', 11)], [file('a', 8), file('b', 8)]]) {
      await expect(begin(files)).rejects.toMatchObject({ code: 'too-large', httpStatus: 413 });
    }
    await expect(begin([file('a', 10), file('b', 5)])).resolves.toMatch(/^ver_/);
  });

  it('nobody has more uploads open than the limit, whatever the models; one that is submitted or given up makes room', async () => {
    registry = { ...registry, limits: { ...registry.limits, maxUploadsPerPrincipal: 2 } };
    const file = [{ path: 'a', bytes: 0 }];
    const other = await model('other/model');
    const atOnce = await Promise.allSettled([begin(file), begin(file, other), begin(file)]);
    const [first = '', second = ''] = atOnce.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    expect(atOnce.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    const refused = { code: 'uploads-full', httpStatus: 409, message: expect.stringContaining('at most 2 may be') };
    await expect(begin(file)).rejects.toMatchObject(refused);
    await expect(begin(file, other)).rejects.toMatchObject(refused);
    expect(await begin(file, modelId, { by: await test.person('Other') })).toMatch(/^ver_/);
    await submit(first);
    await begin(file);
    await expect(begin(file)).rejects.toMatchObject(refused);
    await abandon(second);
    await begin(file);
    await expect(begin(file)).rejects.toMatchObject(refused);
    await at.store.change(({ sql }) => sql.updateTable('registry_versions').set({ part_bytes: null }).execute());
    expect(await begin(file), 'what is fetched does not count').toMatch(/^ver_/);
  });

  it('to submit again changes nothing, also at the same moment or after the decision; what was given up stays so', async () => {
    const versionId = await begin([{ path: 'a', bytes: 3 }]);
    await expect(submit(versionId)).rejects.toMatchObject({ code: 'upload-incomplete' });
    await put(versionId, 'a', bytesOf('abc'));
    await Promise.all([submit(versionId), submit(versionId), submit(versionId)]);
    expect(await stateOf(versionId)).toBe('examining');
    for (const to of ['failed', 'examining', 'denied'] as const) {
      await at.store.change((change) => moveVersion(change, registry.bus, { versionId, to, by: null, atMs: 1 }));
      await submit(versionId);
      expect(await stateOf(versionId)).toBe(to);
    }
    const entries = at.store.read.selectFrom('ledger_entry').select('activity').where('object_id', '=', versionId);
    const activities = (await entries.orderBy('entry_index').execute()).map(({ activity }) => activity);
    expect(activities).toEqual(
      ['uploading', 'examining', 'failed', 'examining', 'denied'].map((one) => `model.${one}`),
    );
    await abandon(versionId);
    await expect(submit(versionId)).rejects.toMatchObject({ code: 'version-state' });
    const fetched = await begin([{ path: 'a', bytes: 0 }]);
    await at.store.change(({ sql }) =>
      sql.updateTable('registry_versions').set({ part_bytes: null }).where('id', '=', fetched).execute(),
    );
    await expect(submit(fetched)).rejects.toMatchObject({ code: 'version-state' });
    await expect(submit('ver_00000000000000000000000000')).rejects.toMatchObject({ code: 'version-unknown' });
  });

  it('an archived model takes no version; the numbers of versions have no gaps', async () => {
    const numbers = async () =>
      (await at.store.read.selectFrom('registry_versions').select('number').orderBy('number').execute()).map(
        (row) => row.number,
      );
    await Promise.all([begin([{ path: 'a', bytes: 1 }]), begin([{ path: 'a', bytes: 1 }])]);
    expect(await numbers()).toEqual([1, 2]);
    await at.store.change(async ({ sql }) => {
      await sql.updateTable('registry_models').set({ is_archived: 1 }).where('id', '=', modelId).execute();
    });
    await expect(begin([{ path: 'a', bytes: 1 }])).rejects.toMatchObject({ code: 'model-archived' });
    expect(await numbers()).toEqual([1, 2]);
  });

  it('what is given up goes, but not what something else has', async () => {
    const content = bytesOf('content of two');
    const denied = await upload(content);
    const kept = await upload(content, await model('other/model'));
    for (const versionId of [denied, kept]) {
      const to = { versionId, to: 'denied' as const, by: null, atMs: 1 };
      await at.store.change((change) => moveVersion(change, registry.bus, to));
    }
    await abandon(denied);
    await giveUpOld(registry);
    expect([await stateOf(denied), await isStored(content)]).toEqual(['abandoned', true]);
    await abandon(kept);
    await giveUpOld(registry);
    expect(await isStored(content)).toBe(false);
    expect(await at.store.read.selectFrom('registry_contents').selectAll().execute()).toEqual([]);
    await expect(abandon(kept)).rejects.toMatchObject({ code: 'version-state' });
  });

  it('what is given up while it is assembled leaves nothing behind', async () => {
    const content = Buffer.alloc(MIB + 3, 7);
    const versionId = await begin([{ path: 'a.bin', bytes: content.length }]);
    await put(versionId, 'a.bin', content.subarray(0, MIB));
    await put(versionId, 'a.bin', content.subarray(MIB), { part: 1 });
    await submit(versionId);
    const interrupted: Blobs = Object.assign(Object.create(registry.blobs) as Blobs, {
      read: registry.blobs.read.bind(registry.blobs),
      put: async (...all: Parameters<Blobs['put']>) => {
        const info = await registry.blobs.put(...all);
        await abandon(versionId);
        return info;
      },
    });
    await expect(assemble(versionId, { blobs: interrupted })).rejects.toMatchObject({ code: 'version-state' });
    await giveUpOld(registry);
    expect(await fileRows(versionId)).toEqual([{ path: 'a.bin', bytes: content.length, digest: null }]);
    expect(await isStored(content)).toBe(false);
    expect(await at.store.read.selectFrom('registry_contents').selectAll().execute()).toEqual([]);
  });

  it('a content that went with another version is not given to a file', async () => {
    const content = bytesOf('made twice');
    const digest = digestOf(content);
    const other = await upload(content);
    const keep = () => at.store.change((change) => requireKept(change, at.store.dialect, [{ digest }]));
    await keep();
    await abandon(other);
    await expect(keep()).rejects.toMatchObject({ code: 'blobs-unavailable' });
  });

  it('what a job fetches is not given up while the job waits or runs, however long that takes', async () => {
    const fetched = await begin([{ path: 'a', bytes: 3 }]);
    const jobId = 'job_01J8Z3J8Z3J8Z3J8Z3J8Z3J8Z4';
    await at.store.change(async ({ sql }) => {
      await sql
        .insertInto('job')
        .values({
          id: jobId,
          kind: 'registry.import',
          data: '{}',
          state: 'running',
          attempts: 1,
          max_attempts: 8,
          claim: 1,
          run_at: 0,
          created_at: 0,
        })
        .execute();
      await sql.updateTable('registry_versions').set({ job_id: jobId }).where('id', '=', fetched).execute();
    });
    laterMs = 8 * DAY_MS;
    for (const state of ['running', 'waiting'] as const) {
      await setJob(jobId, state);
      expect([state, await giveUpOld(registry), await stateOf(fetched)]).toEqual([state, 0, 'uploading']);
    }
    await setJob(jobId, 'failed');
    expect([await giveUpOld(registry), await stateOf(fetched)]).toEqual([1, 'abandoned']);
  });

  it('an upload that rests for too long is given up; one to which something came is not', async () => {
    const resting = await begin([{ path: 'a', bytes: 3 }]);
    await put(resting, 'a', bytesOf('abc'));
    const active = await begin([{ path: 'a', bytes: 3 }]);
    laterMs = 6 * DAY_MS;
    await put(active, 'a', bytesOf('xyz'));
    laterMs = 8 * DAY_MS;
    expect(await giveUpOld(registry)).toBe(1);
    expect([await stateOf(resting), await stateOf(active)]).toEqual(['abandoned', 'uploading']);
    expect([await isStored(bytesOf('abc')), await isStored(bytesOf('xyz'))]).toEqual([false, true]);
    const { activity, actor_id: actor } = await at.store.read
      .selectFrom('ledger_entry')
      .select(['activity', 'actor_id'])
      .where('object_id', '=', resting)
      .orderBy('entry_index', 'desc')
      .executeTakeFirstOrThrow();
    expect([activity, actor]).toEqual(['model.abandoned', 'server']);
  });

  it('nothing begins to name a blob while it is removed, and then it is not there', async () => {
    const content = bytesOf('abc');
    const first = await begin([{ path: 'a', bytes: 3 }]);
    await put(first, 'a', content);
    await abandon(first);
    const second = await begin([{ path: 'a', bytes: 3 }]);
    let putting: Promise<unknown> = Promise.resolve();
    const blobs: Blobs = {
      ...bound(registry.blobs),
      remove: async (digest: string) => {
        putting = put(second, 'a', content);
        await expect(putting).rejects.toMatchObject({ code: 'blobs-unavailable', httpStatus: 503 });
        await registry.blobs.remove(digest);
      },
    };
    expect(await removeUnnamedBlobs({ ...registry, blobs })).toBe(1);
    expect([await missing(second), await isStored(content)]).toEqual([{ a: [0] }, false]);
    await put(second, 'a', content);
    expect([await missing(second), await isStored(content)]).toEqual([{ a: [] }, true]);
  });

  it('takes nothing that would fill the disk: neither a part nor what parts are put together to', async () => {
    const withFree = (free: number | undefined): Registry => ({
      ...registry,
      blobs: { ...bound(registry.blobs), freeBytes: async () => free },
    });
    const versionId = await begin([{ path: 'a', bytes: MIB + 3 }]);
    const last = (of: Registry) =>
      putPart(of, { versionId, path: 'a', part: 1, content: Readable.from([bytesOf('abc')]) });
    await expect(last(withFree(MIN_FREE_BYTES + 2))).rejects.toMatchObject({
      code: 'no-room',
      httpStatus: 507,
      message: expect.stringContaining('3 bytes are needed, 2 may be written'),
    });
    await expect(last(withFree(0))).rejects.toMatchObject({ code: 'no-room' });
    expect([await missing(versionId), await isStored(bytesOf('abc'))]).toEqual([{ a: [0, 1] }, false]);
    await last(withFree(MIN_FREE_BYTES + 3));
    await putPart(withFree(undefined), { versionId, path: 'a', part: 0, content: Readable.from([Buffer.alloc(MIB)]) });
    await submit(versionId);
    const { blobs } = withFree(MIN_FREE_BYTES + MIB + 2);
    await expect(assemble(versionId, { blobs })).rejects.toMatchObject({ code: 'no-room' });
    expect(await assemble(versionId, withFree(MIN_FREE_BYTES + MIB + 3)), 'when there is room').toBe(MIB + 3);
  });

  it('a store of blobs that is down or full costs the part, and nothing else', async () => {
    const versionId = await begin([{ path: 'a', bytes: 3 }]);
    const full = BlobError.of('blobs-unavailable', { operation: 'store a blob', reason: 'no space left on device' });
    const broken: Blobs = Object.assign(Object.create(registry.blobs) as Blobs, { put: () => Promise.reject(full) });
    const content = Readable.from([bytesOf('abc')]);
    await expect(
      putPart({ ...registry, blobs: broken }, { versionId, path: 'a', part: 0, content }),
    ).rejects.toMatchObject({
      code: 'blobs-unavailable',
      httpStatus: 503,
    });
    expect(await missing(versionId)).toEqual({ a: [0] });
    await put(versionId, 'a', bytesOf('abc'));
    await submit(versionId);
    const large = await begin([{ path: 'a', bytes: MIB + 1 }]);
    await put(large, 'a', Buffer.alloc(MIB));
    await put(large, 'a', Buffer.alloc(1), { part: 1 });
    await submit(large);
    const failing: Blobs = Object.assign(Object.create(registry.blobs) as Blobs, {
      read: registry.blobs.read.bind(registry.blobs),
      put: () => Promise.reject(full),
    });
    await expect(assemble(large, { blobs: failing })).rejects.toMatchObject({ code: 'blobs-unavailable' });
    expect(await assemble(large), 'the next attempt').toBe(MIB + 1);
  });
});
