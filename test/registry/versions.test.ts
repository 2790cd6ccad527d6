import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ModelDecisions } from '../../src/access/policies/decide-models.ts';
import { makeModel } from '../../src/registry/models/make-model.ts';
import { changeModel } from '../../src/registry/models/change-model.ts';
import { showModel } from '../../src/registry/models/show-model.ts';
import { summarise } from '../../src/registry/models/summary.ts';
import { listNotices, markNoticesSeen } from '../../src/registry/notices/own-notices.ts';
import { notify } from '../../src/registry/pipeline/notices.ts';
import { putEvidence } from '../../src/registry/contents/put-evidence.ts';
import { compareVersions } from '../../src/registry/versions/compare-versions.ts';
import { lineageOf } from '../../src/registry/versions/lineage.ts';
import { listDownloads } from '../../src/registry/versions/list-downloads.ts';
import { listFiles } from '../../src/registry/versions/list-files.ts';
import { listVersions } from '../../src/registry/versions/list-versions.ts';
import { setStage } from '../../src/registry/versions/set-stage.ts';
import { showVersion } from '../../src/registry/versions/show-version.ts';
import { entriesOf, testClock } from '../access/fixture.ts';
import { describeEachStore, type TestStore } from '../build/store.ts';
import { openTestRegistry, type TestRegistry } from './fixture.ts';
import { putVersion, type WantedVersion } from './versions-fixture.ts';

const nowhere = 'ver_01ARZ3NDEKTSV4RRFFQ69G5FAV';
const server = { kind: 'system', id: 'server' } as const;

describeEachStore('versions', ({ makeStore }) => {
  let testStore: TestStore;
  let at: TestRegistry;
  let modelId: string;
  const clock = testClock();

  beforeEach(async () => {
    testStore = await makeStore({ clock });
    at = await openTestRegistry({ store: testStore.store, clock });
    modelId = await make('org/model');
  });

  afterEach(async () => {
    await at.end();
    await testStore.end();
  });

  async function make(name: string): Promise<string> {
    clock.now += 1;
    const facts = { name, projectId: at.projectId, description: '', tags: [], licence: null };
    const { value } = await testStore.store.change((tx) => makeModel(tx, { ...facts, by: at.owner, atMs: clock() }));
    return value;
  }

  async function put(wanted: Partial<WantedVersion> = {}): Promise<string> {
    clock.now += 1;
    return putVersion(at.registry, { modelId, by: at.owner, atMs: clock(), ...wanted });
  }

  test('are shown with who made them and where they stand, newest first, in pages', async () => {
    const first = await put();
    const source = { kind: 'hub', endpoint: 'https://hub.example', repository: 'a/b', revision: 'main' } as const;
    await put({ by: null, state: 'review', source });
    const recalled = await put({ state: 'recalled' });
    expect(await showVersion(at.registry, first)).toMatchObject({
      number: 1,
      modelName: 'org/model',
      state: 'released',
      createdBy: { ...at.owner, name: 'Owner' },
      progress: null,
      recall: null,
    });
    const page = await listVersions(at.registry, { modelId, limit: 2 });
    expect(page.items.map(({ number, state }) => [number, state])).toEqual([
      [3, 'recalled'],
      [2, 'review'],
    ]);
    expect(page.items[1]).toMatchObject({ createdBy: null, source });
    const rest = await listVersions(at.registry, { modelId, limit: 2, cursor: page.next ?? '' });
    expect([rest.items.map(({ number }) => number), rest.next]).toEqual([[1], null]);
    expect((await listVersions(at.registry, { modelId, limit: 9, cursor: 'x' })).items).toHaveLength(3);
    await expect(showVersion(at.registry, nowhere)).rejects.toMatchObject({ code: 'version-unknown' });
    expect(recalled).toMatch(/^ver_/);
  });

  test('progress is that of the job which works on it', async () => {
    const id = await put({ state: 'examining' });
    await testStore.store.change(({ sql }) =>
      sql.updateTable('registry_versions').set({ job_id: 'job_1' }).where('id', '=', id).execute(),
    );
    const jobs = { find: async (jobId: string) => (jobId === 'job_1' ? ({ progress: 0.5 } as never) : undefined) };
    expect(await showVersion({ ...at.registry, jobs }, id)).toMatchObject({ progress: 0.5 });
  });

  test('a model shows its newest version and the newest that can be had', async () => {
    await put();
    await put();
    await put({ state: 'recalled' });
    expect(await showModel(testStore.store.read, modelId)).toMatchObject({
      versions: 3,
      released: { number: 2, revision: 'ab'.repeat(20) },
      latest: { number: 3, state: 'recalled' },
    });
  });

  test('files of either side, by path, in pages', async () => {
    const id = await put({ files: ['c.bin', 'a/b.bin', 'b.bin'], released: ['model.safetensors'] });
    const { read } = testStore.store;
    const page = await listFiles(read, { versionId: id, side: 'source', limit: 2 });
    expect([page.items.map(({ path }) => path), page.next]).toEqual([['a/b.bin', 'b.bin'], 'b.bin']);
    const rest = await listFiles(read, { versionId: id, side: 'source', limit: 2, cursor: 'b.bin' });
    expect(rest).toEqual({
      items: [{ path: 'c.bin', bytes: 5, digest: 'sha256:source', format: null, verdict: null }],
      next: null,
    });
    expect((await listFiles(read, { versionId: id, side: 'release', limit: 2 })).items).toHaveLength(1);
  });

  describe('what they are used for', () => {
    const stage = (versionId: string, wanted: 'production' | 'none', reason = '') =>
      testStore.store.change((tx) =>
        setStage(tx, at.registry.bus, { versionId, stage: wanted, reason, by: at.owner, atMs: clock() }),
      );

    test('is said of what was released, and is on record without what people wrote', async () => {
      const id = await put();
      await stage(id, 'production', 'Ann wants it');
      expect(await showVersion(at.registry, id)).toMatchObject({ stage: 'production' });
      const entries = await entriesOf(testStore.store);
      expect(entries.at(-1)).toMatchObject({
        activity: 'model.stage',
        actor: at.owner,
        object: { kind: 'version', id },
        data: { from: 'none', to: 'production' },
      });
      expect(JSON.stringify(entries.at(-1))).not.toContain('Ann');
      await stage(id, 'production');
      expect(await entriesOf(testStore.store)).toHaveLength(entries.length);
    });

    test('is not said of anything else', async () => {
      for (const state of ['uploading', 'review', 'denied', 'recalled'] as const) {
        await expect(stage(await put({ state }), 'production')).rejects.toMatchObject({ code: 'version-state' });
      }
      await expect(stage(nowhere, 'production')).rejects.toMatchObject({ code: 'version-unknown' });
    });
  });

  test('downloads, the last ones first, in pages', async () => {
    const id = await put();
    const people = [await at.person('Ann'), await at.person('Bob'), await at.person('Cem')];
    await testStore.store.change(({ sql }) =>
      sql
        .insertInto('registry_downloads')
        .values(
          people.map((person, index) => ({
            version_id: id,
            principal_kind: 'person' as const,
            principal_id: person.id,
            files: 1,
            bytes: 10,
            first_at: 1,
            last_at: index === 0 ? 5 : 9,
          })),
        )
        .execute(),
    );
    const page = await listDownloads(testStore.store.read, { versionId: id, limit: 2 });
    const rest = await listDownloads(testStore.store.read, { versionId: id, limit: 2, cursor: page.next ?? '' });
    expect(new Set(page.items.map(({ principal }) => principal?.name))).toEqual(new Set(['Bob', 'Cem']));
    expect(rest.items).toMatchObject([{ principal: { name: 'Ann' }, number: 1, files: 1, bytes: 10 }]);
    expect(rest.next).toBeNull();
  });

  describe('comparing', () => {
    const report = (...findings: readonly (readonly [ruleId: string, severity: string, path: string])[]) =>
      JSON.stringify({
        artifacts: [
          {
            findings: findings.map(([ruleId, severity, path]) => ({
              ruleId,
              severity,
              message: `${ruleId} fired`,
              location: { path, member: 'data.pkl' },
            })),
          },
          {
            findings: [{ ruleId: 'accepted', severity: 'high', message: '', location: { path: 'x' }, suppressed: {} }],
          },
        ],
      });
    const evidence = (versionId: string, content: string) =>
      putEvidence(at.registry, { versionId, kind: 'scan-report', name: 'scan-report.json', content });

    test('files that came, went and changed, and findings that are new and gone, the worst first', async () => {
      const from = await put({ released: ['same#1', 'changed#1', 'gone#1'] });
      const to = await put({ released: ['same#1', 'changed#22', 'new#1'] });
      await evidence(from, report(['old-rule', 'low', 'a'], ['kept', 'high', 'a']));
      await evidence(to, report(['kept', 'high', 'a'], ['small', 'low', 'a'], ['big', 'critical', 'b']));
      expect(await compareVersions(at.registry, { versionId: to })).toEqual({
        from: { id: from, number: 1 },
        to: { id: to, number: 2 },
        files: [
          { path: 'changed', change: 'changed', bytesBefore: 9, bytesAfter: 10 },
          { path: 'gone', change: 'removed', bytesBefore: 6, bytesAfter: null },
          { path: 'new', change: 'added', bytesBefore: null, bytesAfter: 5 },
        ],
        unchangedFiles: 1,
        findings: [
          { change: 'new', ruleId: 'big', severity: 'critical', path: 'b!/data.pkl', message: 'big fired' },
          { change: 'new', ruleId: 'small', severity: 'low', path: 'a!/data.pkl', message: 'small fired' },
          { change: 'gone', ruleId: 'old-rule', severity: 'low', path: 'a!/data.pkl', message: 'old-rule fired' },
        ],
        isCut: false,
      });
    });

    test('what waits is compared with what was released before, as both came', async () => {
      const released = await put({ files: ['a.bin'], released: ['a.safetensors'] });
      await put({ state: 'denied' });
      const waiting = await put({ files: ['a.bin', 'b.bin'], state: 'review' });
      expect(await compareVersions(at.registry, { versionId: waiting })).toMatchObject({
        from: { id: released },
        files: [{ path: 'b.bin', change: 'added' }],
        unchangedFiles: 1,
      });
    });

    test('a first version has nothing before it', async () => {
      const id = await put({ files: ['a.bin'] });
      expect(await compareVersions(at.registry, { versionId: id })).toMatchObject({
        from: null,
        files: [{ path: 'a.bin', change: 'added' }],
      });
    });

    test('nothing is told about versions of other models', async () => {
      const [own, other] = [await put(), await put({ modelId: await make('other') })];
      for (const withId of [other, nowhere]) {
        await expect(compareVersions(at.registry, { versionId: own, withId })).rejects.toMatchObject({
          code: 'version-unknown',
        });
      }
    });

    test('lists are cut, and say so', async () => {
      await put({ released: Array.from({ length: 2_100 }, (_, number) => `f${number}`) });
      const id = await put({ released: ['only'] });
      const { files, isCut } = await compareVersions(at.registry, { versionId: id });
      expect([files.length, isCut]).toEqual([2_000, true]);
    });
  });

  test('lineage leads from the hub through the conversion to what is given out and to later versions', async () => {
    const source = { kind: 'hub', endpoint: 'https://hub.example', repository: 'a/b', revision: 'main' } as const;
    const before = await put();
    const id = await put({ source });
    const later = await put({ state: 'review' });
    const record = JSON.stringify({ tool: { name: 'vouchsafe', version: '1.2.3' } });
    await putEvidence(at.registry, {
      versionId: id,
      kind: 'conversion-record',
      name: 'conversion.json',
      content: record,
    });
    const { nodes, edges } = await lineageOf(at.registry, id);
    expect(nodes.map(({ kind, title, versionId }) => [kind, title, versionId])).toEqual([
      ['hub', 'a/b', null],
      ['version', 'version 1', before],
      ['version', 'version 2', id],
      ['tool', 'vouchsafe 1.2.3', null],
      ['release', `revision ${'ab'.repeat(20)}`, id],
      ['version', 'version 3', later],
    ]);
    const names = new Map(nodes.map(({ id: nodeId, title }) => [nodeId, title]));
    expect(edges.map(({ from, to, label }) => [names.get(from), label, names.get(to)])).toEqual([
      ['a/b', 'fetched', 'version 2'],
      ['version 1', 'followed by', 'version 2'],
      ['version 2', 'converted by', 'vouchsafe 1.2.3'],
      ['vouchsafe 1.2.3', 'made', `revision ${'ab'.repeat(20)}`],
      ['version 2', 'followed by', 'version 3'],
    ]);
    const upload = await lineageOf(at.registry, before);
    expect(upload.nodes[0]).toMatchObject({ kind: 'upload', detail: 'by Owner' });
    await expect(lineageOf(at.registry, nowhere)).rejects.toMatchObject({ code: 'version-unknown' });
  });

  test('notices are everybody’s own, newest first, and seen once', async () => {
    const id = await put();
    const [ann, bob] = [await at.person('Ann'), await at.person('Bob')];
    for (const text of ['first', 'second', 'third']) {
      clock.now += 1;
      await testStore.store.change((tx) =>
        notify(tx, { kind: 'released', versionId: id, principals: [ann, bob], text, atMs: clock() }),
      );
    }
    const { read } = testStore.store;
    const page = await listNotices(read, { principal: ann, limit: 2 });
    expect(page.items).toMatchObject([
      { text: 'third', model: { id: modelId, name: 'org/model' }, version: { id, number: 1 }, seenAt: null },
      { text: 'second' },
    ]);
    await testStore.store.change((tx) => markNoticesSeen(tx, ann, clock()));
    const rest = await listNotices(read, { principal: ann, limit: 2, cursor: page.next ?? '' });
    expect([rest.items.map(({ text, seenAt }) => [text, seenAt !== null]), rest.next]).toEqual([
      [['first', true]],
      null,
    ]);
    expect((await listNotices(read, { principal: bob, limit: 1 })).items).toMatchObject([{ seenAt: null }]);
  });

  describe('the summary', () => {
    const deciding = (allows: ModelDecisions['allows'], alone: readonly string[] = []): ModelDecisions => ({
      allows,
      alone: new Set(alone),
    });
    const sum = (reading: ModelDecisions, approving = reading, principal = at.owner) =>
      summarise(testStore.store.read, { principal, reading, approving });

    test('counts what the caller may see and what he may decide about, but not what he uploaded himself', async () => {
      const tim = await at.person('Tim');
      await put();
      await put({ state: 'review', by: tim });
      await put({ state: 'review' });
      await put({ modelId: await make('other'), state: 'denied' });
      const archived = await make('archived');
      await put({ modelId: archived });
      const hiding = { modelId: archived, facts: { isArchived: true }, by: at.owner, atMs: clock() };
      await testStore.store.change((tx) => changeModel(tx, at.registry.bus, hiding));
      await testStore.store.change((tx) =>
        notify(tx, { kind: 'review-wanted', versionId: nowhere, principals: [], text: '', atMs: clock() }),
      );
      expect(await sum(deciding(() => true))).toEqual({
        models: 2,
        versions: [
          { state: 'review', count: 2 },
          { state: 'released', count: 1 },
          { state: 'denied', count: 1 },
        ],
        waitingForMe: 1,
        unseenNotices: 0,
      });
      expect(await sum(deciding(() => false))).toEqual({ models: 0, versions: [], waitingForMe: 0, unseenNotices: 0 });
    });

    test('counts models that are decided about by themselves', async () => {
      await put();
      const other = await make('other');
      await put({ modelId: other, state: 'denied' });
      const onlyOther = deciding(({ id }) => id === other, [other]);
      expect(await sum(onlyOther)).toMatchObject({ models: 1, versions: [{ state: 'denied', count: 1 }] });
      const allButOther = deciding(({ id }) => id !== other, [other]);
      expect(await sum(allButOther)).toMatchObject({ models: 1, versions: [{ state: 'released', count: 1 }] });
    });

    test('nothing waits for a program', async () => {
      await put({ state: 'review', by: null });
      const service = { kind: 'service', id: 'svc_01ARZ3NDEKTSV4RRFFQ69G5FAV' } as const;
      expect(
        await sum(
          deciding(() => true),
          deciding(() => true),
          service,
        ),
      ).toMatchObject({ waitingForMe: 0 });
    });
  });

  test('what the server itself makes is on record as its own', async () => {
    await put({ by: null, state: 'examining' });
    expect((await entriesOf(testStore.store)).at(-1)).toMatchObject({ actor: server });
  });
});
