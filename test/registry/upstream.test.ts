import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeProject } from '../../src/access/grants/projects.ts';
import { makeModel } from '../../src/registry/models/make-model.ts';
import { RegistryError } from '../../src/registry/errors.ts';
import { openContent } from '../../src/registry/contents/open-content.ts';
import { MIN_FREE_BYTES } from '../../src/registry/contents/room.ts';
import { importModel } from '../../src/registry/upstream/import-model.ts';
import { importJob } from '../../src/registry/upstream/import-job.ts';
import { importVersion } from '../../src/registry/upstream/import-version.ts';
import { recallVersion } from '../../src/registry/pipeline/recall.ts';
import { pullThrough, type PullOutcome } from '../../src/registry/upstream/pull-through.ts';
import { abandonVersion } from '../../src/registry/uploads/abandon-version.ts';
import { moveVersion } from '../../src/registry/versions/move-version.ts';
import type { Blobs } from '../../src/store/blobs/blobs.ts';
import { type HubFault, type HubStandIn, startHubStandIn } from '../build/hub-stand-in.ts';
import { callerOf } from '../access/fixture.ts';
import { describeEachStore } from '../build/store.ts';
import { openUpstreamPlace, TOKEN, type UpstreamPlace } from './upstream-fixture.ts';

const NAME = 'acme/bert';
const weights = Buffer.alloc(300_000, 'w');
const good = { 'config.json': '{"a":1}', 'model.safetensors': weights, 'sub/vocab.txt': 'a\nb\n' };
const patient = { timeout: 15_000, interval: 20 };

describeEachStore('models from a hub', (column) => {
  let hub: HubStandIn;
  let place: UpstreamPlace;
  beforeEach(async () => {
    hub = await startHubStandIn({ token: TOKEN });
    place = await openUpstreamPlace(column, hub);
  });
  afterEach(async () => {
    await place.end();
    await hub.end();
  });

  const request = (over: object = {}) => ({ repository: NAME, revision: 'main', projectId: place.projectId, ...over });
  const importIt = async (over: object = {}): Promise<string> =>
    importModel(place.registry, { request: request(over), by: place.owner, signal: new AbortController().signal });
  const pull = async (revision = 'main', name = NAME, principal = place.owner): Promise<PullOutcome> =>
    pullThrough(place.registry, {
      name,
      revision,
      signal: new AbortController().signal,
      caller: callerOf('person', principal.id),
    });
  const hubProject = async (): Promise<string> => {
    const facts = { name: 'Hub', description: '', classification: 'internal' } as const;
    const { value } = await place.store.change((change) => makeProject(change, facts, { by: place.owner, atMs: 1 }));
    return value;
  };
  const stateOf = async (id: string): Promise<string | undefined> =>
    (await place.versions()).find((version) => version.id === id)?.state;
  const ends = (id: string, state: string): Promise<void> => expect.poll(() => stateOf(id), patient).toBe(state);
  const contents = async (): Promise<readonly { readonly digest: string }[]> =>
    place.store.read.selectFrom('registry_contents').select('digest').execute();
  const asked = (what: string): number => hub.requests.filter(({ url }) => url.includes(what)).length;
  const codeOf = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'done',
      (error: unknown) => (error instanceof RegistryError ? error.code : `unexpected ${String(error)}`),
    );

  it('arrive whole, with where they come from, and are examined', async () => {
    const commit = hub.put(NAME, { files: good });
    const id = await importIt();
    await place.work();
    await ends(id, 'released');
    const [version] = await place.versions();
    expect(JSON.parse(version?.source ?? '')).toEqual({
      kind: 'hub',
      endpoint: hub.endpoint,
      repository: NAME,
      revision: commit,
    });
    expect(version).toMatchObject({ file_count: 3, created_by_id: place.owner.id });
    const files = await place.store.read.selectFrom('registry_files').selectAll().orderBy('path').execute();
    for (const { path, digest, bytes } of files) {
      const content = Buffer.from(good[path as keyof typeof good]);
      expect([bytes, digest]).toEqual([content.length, `sha256:${createHash('sha256').update(content).digest('hex')}`]);
    }
    const content = await openContent(place.registry, { versionId: id, side: 'source', path: 'sub/vocab.txt' });
    const parts: Uint8Array[] = [];
    for await (const part of content.read()) parts.push(part);
    expect(Buffer.concat(parts).toString()).toBe('a\nb\n');
  });

  it('have one version for a commit, however often and by however many they are imported', async () => {
    hub.put(NAME, { files: good });
    const first = await Promise.all([importIt(), importIt(), importIt()]);
    await place.work();
    await ends(first[0] ?? '', 'released');
    expect(new Set([...first, await importIt()]).size).toBe(1);
    expect(asked('/resolve/')).toBe(3);
    expect((await place.versions()).length).toBe(1);
  });

  it('are not fetched again where the model has the content already', async () => {
    hub.put(NAME, { files: good });
    const first = await importIt();
    await place.work();
    await ends(first, 'released');
    hub.put(NAME, { files: { ...good, 'config.json': '{"a":2}' } });
    const second = await importIt();
    await ends(second, 'released');
    expect(hub.requests.filter(({ isStore }) => isStore).length).toBe(1);
  });

  it('never see the token where the hub leads to another origin', async () => {
    hub.put(NAME, { files: good });
    const id = await importIt();
    await place.work();
    await ends(id, 'released');
    expect(hub.requests.filter(({ isStore }) => isStore).map(({ authorization }) => authorization)).toEqual([
      undefined,
    ]);
    expect(
      hub.requests.filter(({ isStore }) => !isStore).every(({ authorization }) => authorization === `Bearer ${TOKEN}`),
    ).toBe(true);
  });

  const passing: readonly (readonly [HubFault, string])[] = [
    ['stall', 'model.safetensors'],
    ['cut', 'model.safetensors'],
    ['cut-without-ranges', 'model.safetensors'],
    ['cut', 'config.json'],
    ['error', 'model.safetensors'],
    ['busy', 'sub/vocab.txt'],
  ];
  it.each(passing)('survive a hub whose answer is once: %s (%s)', async (fault, path) => {
    hub.put(NAME, { files: good });
    hub.fail({ fault, at: 'file', path, times: 1 });
    const id = await importIt();
    await place.work();
    await ends(id, 'released');
    const file = place.store.read.selectFrom('registry_files').select('digest').where('path', '=', path);
    const content = Buffer.from(good[path as keyof typeof good]);
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    expect(await file.executeTakeFirst()).toEqual({ digest });
  });

  it('go on where the connection broke', async () => {
    hub.put(NAME, { files: good });
    hub.fail({ fault: 'cut', at: 'file', path: 'model.safetensors', times: 1 });
    const id = await importIt();
    await place.work();
    await ends(id, 'released');
    const [, second = ''] = hub.requests.filter(({ isStore }) => isStore).map(({ range }) => range);
    expect(Number(/^bytes=(\d+)-$/.exec(second)?.[1])).toBeGreaterThan(0);
  });

  const lasting: readonly (readonly [HubFault, string, string])[] = [
    ['wrong-hash', 'model.safetensors', 'is not what its list of files says'],
    ['wrong-hash', 'config.json', 'is not what its list of files says'],
    ['html', 'model.safetensors', 'of the 300000 bytes that its list'],
    ['missing', 'model.safetensors', 'not there'],
    ['gated', 'config.json', 'agree to its terms'],
    ['redirect-private', 'model.safetensors', 'will not call'],
    ['redirect-loop', 'model.safetensors', 'will not follow'],
    ['endless', 'model.safetensors', 'has more than the 300000 bytes'],
    ['endless', 'config.json', 'has more than the 7 bytes'],
  ];
  it.each(lasting)('end with the reason where the hub says what is not so: %s (%s)', async (fault, path, reason) => {
    hub.put(NAME, { files: good });
    hub.fail({ fault, at: 'file', path });
    const id = await importIt();
    await place.work();
    await ends(id, 'failed');
    const [version] = await place.versions();
    expect(version?.failure).toContain(reason);
    expect(version?.failure).not.toContain(TOKEN);
    expect(version?.failure).not.toContain('secret-of-the-address');
    const bad = place.store.read.selectFrom('registry_files').select('digest').where('path', '=', path);
    expect(await bad.executeTakeFirst()).toEqual({ digest: null });
    hub.heal();
    const again = await importIt();
    await ends(again, 'released');
    expect(again).not.toBe(id);
  });

  it('end where the sizes of the list are not those of the files', async () => {
    hub.put(NAME, { files: good });
    hub.fail({ fault: 'wrong-size', at: 'tree' });
    const id = await importIt();
    await place.work();
    await ends(id, 'failed');
    expect(await contents()).toEqual([]);
  });

  const lists: readonly (readonly [HubFault, 'info' | 'tree', string])[] = [
    ['missing', 'info', 'upstream-refused'],
    ['gated', 'info', 'upstream-refused'],
    ['missing', 'tree', 'upstream-refused'],
    ['html', 'info', 'upstream-failed'],
    ['html', 'tree', 'upstream-failed'],
    ['nonsense', 'info', 'upstream-failed'],
    ['nonsense', 'tree', 'upstream-failed'],
    ['error', 'info', 'upstream-failed'],
    ['busy', 'info', 'upstream-failed'],
    ['stall', 'info', 'upstream-failed'],
    ['cut', 'info', 'upstream-failed'],
    ['endless', 'info', 'upstream-failed'],
    ['endless', 'tree', 'upstream-failed'],
    ['leaving-path', 'tree', 'path-refused'],
    ['duplicate-path', 'tree', 'upstream-failed'],
    ['redirect-private', 'info', 'upstream-failed'],
    ['redirect-loop', 'tree', 'upstream-failed'],
  ];
  it.each(lists)('do not begin where the hub answers with %s about the %s', async (fault, at, code) => {
    hub.put(NAME, { files: good });
    hub.fail({ fault, at });
    expect(await codeOf(importIt())).toBe(code);
    expect(await place.versions()).toEqual([]);
  });

  it.each([
    ['weights:1.bin', 'path-refused', 'Windows has other uses for'],
    ['sub/aux.json', 'path-refused', 'Windows keeps for a device'],
    ['.vouchsafe-partial/x.json', 'path-refused', 'an interrupted pull'],
    ['SUB/other.txt', 'path-ambiguous', 'sub/vocab.txt'],
    ['config.json/x', 'path-ambiguous', 'is a file, and the folder of'],
  ])('do not begin, and say why, where a file is called %s', async (path, code, reason) => {
    hub.put(NAME, { files: { ...good, [path]: 'x' } });
    expect(await codeOf(importIt())).toBe(code);
    const outcome = await pull();
    expect(outcome).toMatchObject({ kind: 'refused', reason: expect.stringContaining(reason) });
    expect(outcome).toMatchObject({ reason: expect.stringContaining(path) });
    expect(await place.versions()).toEqual([]);
    expect(asked('/resolve/')).toBe(0);
  });

  it('are listed page by page', async () => {
    const paged = await startHubStandIn({ pageSize: 7 });
    const own = await openUpstreamPlace(column, paged);
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f/${i}.txt`, `${i}`]));
    paged.put(NAME, { files });
    const wanted = { repository: NAME, revision: 'main', projectId: own.projectId };
    const signal = AbortSignal.timeout(20_000);
    await importModel(own.registry, { request: wanted, by: own.owner, signal });
    expect(await own.versions()).toMatchObject([{ file_count: 40 }]);
    await own.end();
    await paged.end();
  });

  it('are refused where they are larger than the registry takes, before a byte of them is fetched', async () => {
    const small = await openUpstreamPlace(column, hub, {
      over: { limits: { ...place.registry.limits, maxVersionBytes: 299_999 } },
    });
    hub.put(NAME, { files: good });
    const wanted = { repository: NAME, revision: 'main', projectId: small.projectId };
    const signal = AbortSignal.timeout(20_000);
    expect(await codeOf(importModel(small.registry, { request: wanted, by: small.owner, signal }))).toBe('too-large');
    const outcome = await pullThrough(small.registry, {
      name: NAME,
      revision: 'main',
      signal,
      caller: callerOf('person', small.owner.id),
    });
    expect(outcome).toMatchObject({ kind: 'refused', reason: expect.stringContaining('at most 299999') });
    expect(asked('/resolve/')).toBe(0);
    await small.end();
  });

  it('are refused where their sum does not fit the disk, not counting what is here; a job that finds it full waits', async () => {
    const withFree = (free: number) => ({
      ...place.registry,
      blobs: Object.assign(Object.create(place.registry.blobs) as Blobs, { freeBytes: async () => free }),
    });
    hub.put(NAME, { files: good });
    const total = Object.values(good).reduce((sum, content) => sum + content.length, 0);
    const tight = withFree(MIN_FREE_BYTES + total - 1);
    const wanted = { request: request(), by: place.owner, signal: new AbortController().signal };
    await expect(importModel(tight, wanted)).rejects.toMatchObject({ code: 'no-room', httpStatus: 507 });
    const caller = callerOf('person', place.owner.id);
    const outcome = await pullThrough(tight, { name: NAME, revision: 'main', signal: wanted.signal, caller });
    expect(outcome).toMatchObject({ kind: 'wait', message: expect.stringContaining('no room') });
    expect(await place.versions()).toEqual([]);

    const id = await importModel(withFree(MIN_FREE_BYTES + total), wanted);
    const [version] = await place.versions();
    const attempted = (attempt: number) =>
      importVersion(tight, {
        id: version?.job_id ?? '',
        attempt,
        data: { versionId: id },
        signal: wanted.signal,
        progress: async () => undefined,
      });
    await expect(attempted(1)).rejects.toMatchObject({ code: 'no-room' });
    expect([await stateOf(id), asked('/resolve/'), await contents()]).toEqual(['uploading', 0, []]);
    await place.work();
    await ends(id, 'released');
    hub.put(NAME, { files: { ...good, 'new.txt': 'x' } });
    const more = await importModel(withFree(MIN_FREE_BYTES + total), wanted);
    expect(more, 'the weights are here').not.toBe(id);
  });

  it('go on where a worker died, with what is not here yet', async () => {
    hub.put(NAME, { files: good });
    hub.fail({ fault: 'stall', at: 'file', path: 'model.safetensors', times: 1 });
    const id = await importIt();
    const { jobs, registry } = place;
    const dying = new AbortController();
    const [version] = await place.versions();
    const context = {
      id: version?.job_id ?? '',
      attempt: 1,
      data: { versionId: id },
      signal: dying.signal,
      progress: async () => undefined,
    };
    const attempt = importVersion(registry, context).catch(() => 'died');
    await expect.poll(contents, patient).toHaveLength(2);
    dying.abort();
    expect(await attempt).toBe('died');
    expect(await stateOf(id)).toBe('uploading');
    hub.heal();
    const before = asked('/resolve/');
    await place.work();
    await ends(id, 'released');
    expect(asked('/resolve/') - before).toBe(1);
    expect((await jobs.list({ limit: 10, kind: importJob })).map(({ state }) => state)).toEqual(['done']);
  });

  it('end when somebody gives the version up meanwhile', async () => {
    hub.put(NAME, { files: good });
    const id = await importIt();
    await place.store.change(({ sql }) =>
      sql.updateTable('registry_versions').set({ state: 'abandoned' }).where('id', '=', id).execute(),
    );
    await place.work();
    await expect.poll(async () => (await place.jobs.counts()).waiting, patient).toBe(0);
    expect(asked('/resolve/')).toBe(0);
    expect(await stateOf(id)).toBe('abandoned');
  });

  it('arrive although whoever imported them is gone', async () => {
    hub.put(NAME, { files: good });
    const id = await importIt();
    await place.store.change(({ sql }) =>
      sql.updateTable('people').set({ state: 'disabled' }).where('id', '=', place.owner.id).execute(),
    );
    await place.work();
    await ends(id, 'released');
  });

  it('fail for good where the store of contents stays away', async () => {
    hub.put(NAME, { files: good });
    const blobs = {
      ...place.registry.blobs,
      put: async () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })),
    };
    const full = await openUpstreamPlace(column, hub, { over: { blobs } });
    const wanted = { repository: NAME, revision: 'main', projectId: full.projectId };
    await importModel(full.registry, { request: wanted, by: full.owner, signal: AbortSignal.timeout(20_000) });
    await full.work();
    await expect.poll(async () => (await full.versions())[0]?.state, patient).toBe('failed');
    expect((await full.versions())[0]?.failure).toContain('the work on this version failed: Error ENOSPC');
    await full.end();
  });

  it('are pulled through for a client, who waits until they are released', async () => {
    const commit = hub.put(NAME, { files: good });
    await place.work();
    const outcome = await pull();
    const [version] = await place.versions();
    expect(outcome).toEqual({ kind: 'ready', versionId: version?.id });
    expect(version?.created_by_id).toBeNull();
    const project = place.store.read.selectFrom('resources').select('name').where('kind', '=', 'project');
    expect((await project.execute()).map(({ name }) => name)).toContain('Hub');
    const before = asked('/');
    expect(await pull(commit)).toEqual(outcome);
    expect(await pull()).toEqual(outcome);
    expect(await pull('0'.repeat(40))).toEqual(outcome);
    expect(asked('/')).toBe(before);
  });

  it('are asked for and fetched once for many clients', async () => {
    hub.put(NAME, { files: good });
    await place.work();
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => pull()));
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['ready']));
    expect([asked('/revision/'), asked('/tree/'), asked('/resolve/')]).toEqual([1, 2, 3]);
    expect((await place.versions()).length).toBe(1);
  });

  it('are refused in plain words where they were denied, wait for a person, or were recalled', async () => {
    hub.put('acme/evil', { files: { 'evil.bin': 'x' } });
    hub.put('acme/odd', { files: { 'odd.bin': 'x' } });
    hub.put(NAME, { files: good });
    await place.work();
    expect(await pull('main', 'acme/evil')).toEqual({
      kind: 'refused',
      reason: 'it was examined and denied: it runs code when it is loaded (the-rule)',
      versionId: expect.any(String) as string,
    });
    expect(await pull('main', 'acme/odd')).toEqual({
      kind: 'refused',
      reason: 'it was examined and waits for a person to decide: its licence is not known (the-rule)',
      versionId: expect.any(String) as string,
    });
    const ready = await pull();
    const versionId = ready.kind === 'ready' ? ready.versionId : '';
    const recall = { versionId, by: place.owner, reason: 'it has a back door', atMs: 1 };
    await place.store.change((change) => recallVersion(change, place.registry, recall));
    expect(await pull()).toEqual({ kind: 'refused', reason: 'it was recalled: it has a back door', versionId });
  });

  it('come back to nobody but a person where they were denied or recalled, given up and fetched anew', async () => {
    hub.put(NAME, { files: good });
    await place.work();
    const first = await importIt();
    await ends(first, 'released');
    const { store, registry, owner: by } = place;
    await store.change(async (change) => {
      await recallVersion(change, registry, { versionId: first, by, reason: 'it has a back door', atMs: 1 });
      await moveVersion(change, registry.bus, { versionId: first, to: 'denied', by, atMs: 2 });
      await abandonVersion(change, registry, { versionId: first, by, atMs: 3 });
    });
    const second = await importIt();
    expect(second).not.toBe(first);
    await ends(second, 'review');
    hub.put(NAME, { files: { ...good, 'config.json': '{"a":2}' } });
    await ends(await importIt(), 'released');
  });

  it('are told to wait with how far it is, where it takes longer', async () => {
    hub.put(NAME, { files: good });
    const hasty = await openUpstreamPlace(column, hub, { settings: { waitSeconds: 1 } });
    const outcome = await pullThrough(hasty.registry, {
      name: NAME,
      revision: 'main',
      signal: new AbortController().signal,
      caller: callerOf('person', hasty.owner.id),
    });
    expect(outcome).toEqual({
      kind: 'wait',
      retryAfterSeconds: 10,
      message: 'it is being fetched from the hub: waits to be fetched; ask again in 10 s',
      progress: null,
    });
    await hasty.end();
  });

  it('are served as before while what is newer on the hub is fetched, or was denied', async () => {
    hub.put(NAME, { files: good });
    await place.work();
    const first = await pull();
    const newer = hub.put(NAME, { files: { ...good, 'evil.py': 'x' } });
    const later = { ...place.registry, upstream: { ...place.registry.upstream } };
    const ask = (revision: string) =>
      pullThrough(later, {
        name: NAME,
        revision,
        signal: new AbortController().signal,
        caller: callerOf('person', place.owner.id),
      });
    expect(await ask('main')).toEqual(first);
    await expect.poll(async () => (await place.versions())[1]?.state, patient).toBe('denied');
    expect(await ask('main')).toEqual(first);
    expect(await ask(newer)).toMatchObject({ kind: 'refused' });
    expect(place.faults).toEqual([]);
  });

  it('are served while the hub is down, also by a server that has just started', async () => {
    const commit = hub.put(NAME, { files: good, revision: 'v1' });
    await place.work();
    const first = await pull('v1');
    await hub.goDown();
    const later = { ...place.registry, upstream: { ...place.registry.upstream } };
    const ask = (revision: string, name = NAME) =>
      pullThrough(later, {
        name,
        revision,
        signal: new AbortController().signal,
        caller: callerOf('person', place.owner.id),
      });
    expect(await ask('v1')).toEqual(first);
    expect(await ask(commit)).toEqual(first);
    // Another branch than the one that is here; what is newest here is for the hub interface to say.
    expect(await ask('main')).toMatchObject({ kind: 'wait', isHubDown: true });
    expect(await ask('v2')).toMatchObject({ kind: 'wait', retryAfterSeconds: 30 });
    expect(await ask('main', 'acme/other')).toMatchObject({ kind: 'wait' });
  });

  it('are not chosen for everybody by whoever may only read: a commit that he asks for stays aside', async () => {
    hub.put(NAME, { files: good });
    await place.work();
    const main = await pull();
    const released = async () =>
      (await place.store.read.selectFrom('registry_models').select('released_version_id as id').executeTakeFirst())?.id;
    const proposed = hub.put(NAME, { files: { ...good, 'config.json': '{"a":2}' }, revision: 'refs/pr/1' });
    const aside = await pull('refs/pr/1');
    expect(aside.kind).toBe('ready');
    expect(await pull(proposed)).toEqual(aside);
    expect(await released()).toBe(main.kind === 'ready' ? main.versionId : '');
    hub.put(NAME, { files: { ...good, 'evil.py': 'x' } });
    const later = { ...place.registry, upstream: { ...place.registry.upstream } };
    const ask = () =>
      pullThrough(later, {
        name: NAME,
        revision: 'main',
        signal: new AbortController().signal,
        caller: callerOf('person', place.owner.id),
      });
    expect(await ask()).toEqual(main);
    await expect.poll(async () => (await place.versions())[2]?.state, patient).toBe('denied');
    expect(await ask()).toEqual(main);
  });

  it('count for everybody once main leads to them, or whoever may write the model imports them', async () => {
    hub.put(NAME, { files: good });
    await place.work();
    await pull();
    const released = async () =>
      (await place.store.read.selectFrom('registry_models').select('released_version_id as id').executeTakeFirst())?.id;
    const files = { ...good, 'config.json': '{"a":2}' };
    const next = hub.put(NAME, { files, revision: 'next' });
    const aside = await pull('next');
    const versionId = aside.kind === 'ready' ? aside.versionId : '';
    expect(await released()).not.toBe(versionId);
    const [{ project_id: projectId }] = (await place.store.read
      .selectFrom('registry_models')
      .select('project_id')
      .execute()) as [{ project_id: string }];
    expect(await importIt({ revision: next, projectId })).toBe(versionId);
    expect(await released()).toBe(versionId);
    const other = hub.put(NAME, { files: { ...good, 'config.json': '{"a":3}' }, revision: 'other' });
    const second = await pull(other);
    expect(await released()).toBe(versionId);
    hub.lead(NAME, 'main', other);
    const later = { ...place.registry, upstream: { ...place.registry.upstream } };
    const outcome = await pullThrough(later, {
      name: NAME,
      revision: 'main',
      signal: new AbortController().signal,
      caller: callerOf('person', place.owner.id),
    });
    expect(outcome).toEqual(second);
    expect(await released()).toBe(second.kind === 'ready' ? second.versionId : '');
  });

  it('count for everybody also where whoever may write the model joins one that is being fetched aside', async () => {
    hub.put(NAME, { files: good });
    const projectId = await hubProject();
    const first = await importIt({ projectId });
    const proposed = hub.put(NAME, { files: { ...good, 'config.json': '{"a":2}' }, revision: 'refs/pr/1' });
    const pulled = pull(proposed, NAME, await place.person('Reader'));
    await expect
      .poll(async () => (await place.versions()).map(({ is_aside: isAside }) => isAside), patient)
      .toEqual([0, 1]);
    const joined = await importIt({ projectId, revision: proposed });
    expect((await place.versions()).map((version) => [version.id, version.state, version.is_aside])).toEqual([
      [first, 'uploading', 0],
      [joined, 'uploading', 0],
    ]);
    await place.work();
    expect(await pulled).toEqual({ kind: 'ready', versionId: joined });
  });

  it('are unknown where the hub has none, they are not among the names, or the caller may not read', async () => {
    hub.put(NAME, { files: good });
    expect(await pull('main', 'acme/none')).toEqual({ kind: 'unknown' });
    expect(await pull('nowhere')).toEqual({ kind: 'unknown' });
    expect(await pull('..')).toEqual({ kind: 'unknown' });
    const before = asked('/');
    const over = {
      authorizer: { decide: async () => ({ allowed: false, policies: [], policyVersion: 1, grants: [], reasons: [] }) },
    };
    const named = { ...place.registry, upstream: { ...place.registry.upstream, names: ['meta/*', '*-small'] } };
    for (const registry of [{ ...place.registry, ...over }, named]) {
      const caller = callerOf('person', place.owner.id);
      const outcome = await pullThrough(registry, {
        name: NAME,
        revision: 'main',
        signal: AbortSignal.timeout(5000),
        caller,
      });
      expect(outcome).toEqual({ kind: 'unknown' });
    }
    expect(asked('/')).toBe(before);
    expect(await place.versions()).toEqual([]);
  });

  it('do not take the place of a model that somebody has by that name', async () => {
    hub.put(NAME, { files: good });
    await importIt({ name: NAME });
    expect(await pull()).toEqual({ kind: 'unknown' });
    expect(await place.versions()).toHaveLength(1);
  });

  it('do not take the place of one that somebody made himself where models of the hub go', async () => {
    hub.put(NAME, { files: good });
    const facts = { description: '', tags: [], licence: null, by: place.owner, atMs: 1 };
    const projectId = await hubProject();
    await place.store.change((change) => makeModel(change, { ...facts, name: NAME, projectId }));
    expect(await pull()).toEqual({ kind: 'unknown' });
    expect(hub.requests).toEqual([]);
    expect(await place.versions()).toEqual([]);
    hub.put('acme-labs/summariser', { files: good });
    await importIt({ projectId, repository: 'acme-labs/summariser', name: NAME });
    const before = asked('/');
    expect(await pull(), 'it came from a repository of another name').toEqual({ kind: 'unknown' });
    expect(asked('/')).toBe(before);
    expect(await place.versions()).toHaveLength(1);
    await importIt({ projectId });
    await place.work();
    expect((await pull()).kind).toBe('ready');
  });

  it('are bounded in how many are fetched, for each principal and in all', async () => {
    const few = await openUpstreamPlace(column, hub, {
      settings: { maxImports: 3, maxImportsPerPrincipal: 2, waitSeconds: 1 },
    });
    for (const name of ['a/1', 'a/2', 'a/3', 'a/4']) hub.put(name, { files: { 'x.txt': name } });
    const other = await few.person('Other');
    const ask = (name: string, principal: typeof other): Promise<PullOutcome> =>
      pullThrough(few.registry, {
        name,
        revision: 'main',
        signal: AbortSignal.timeout(60_000),
        caller: callerOf('person', principal.id),
      });
    const begun = await Promise.all([ask('a/1', few.owner), ask('a/2', few.owner)]);
    expect(begun.map(({ kind }) => kind)).toEqual(['wait', 'wait']);
    expect(await ask('a/3', few.owner)).toMatchObject({ kind: 'wait', message: expect.stringContaining('2 of yours') });
    expect(await ask('a/3', other)).toMatchObject({ message: expect.stringContaining('waits to be fetched') });
    expect(await ask('a/4', other)).toMatchObject({ message: expect.stringContaining('at most 3 may') });
    expect(await few.versions()).toHaveLength(3);
    await few.end();
  });

  it('begin anew where their job was cancelled', async () => {
    hub.put(NAME, { files: good });
    const id = await importIt();
    const [version] = await place.versions();
    await place.jobs.cancel(version?.job_id ?? '', place.owner);
    expect(await importIt()).toBe(id);
    await place.work();
    await ends(id, 'released');
  });
});
