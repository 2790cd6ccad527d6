import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { changeProject } from '../../src/access/grants/projects.ts';
import { readResource } from '../../src/access/grants/resources.ts';
import type { PrincipalRef } from '../../src/contract/types/common.ts';
import { changeModel } from '../../src/registry/models/change-model.ts';
import { findModelByName } from '../../src/registry/models/find-model.ts';
import { listModels, type ModelSearch } from '../../src/registry/models/list-models.ts';
import { makeModel, type ModelMaking } from '../../src/registry/models/make-model.ts';
import { showModel } from '../../src/registry/models/show-model.ts';
import { addPerson, entriesOf, testClock } from '../access/fixture.ts';
import { describeEachStore, type TestStore } from '../build/store.ts';
import { openTestRegistry, type TestRegistry } from './fixture.ts';
import { putVersion } from './versions-fixture.ts';

describeEachStore('models', ({ makeStore }) => {
  let testStore: TestStore;
  let at: TestRegistry;
  const clock = testClock();

  beforeEach(async () => {
    testStore = await makeStore({ clock });
    at = await openTestRegistry({ store: testStore.store, clock });
  });

  afterEach(async () => {
    await at.end();
    await testStore.end();
  });

  async function make(name: string, more: Partial<ModelMaking> = {}): Promise<string> {
    clock.now += 1;
    const facts = { name, projectId: at.projectId, description: '', tags: [], licence: null };
    const { value } = await testStore.store.change((change) =>
      makeModel(change, { ...facts, by: at.owner, atMs: clock(), ...more }),
    );
    return value;
  }

  type Facts = Parameters<typeof changeModel>[2]['facts'];
  async function change(modelId: string, facts: Facts): Promise<void> {
    clock.now += 1;
    const changing = { modelId, facts, by: at.owner, atMs: clock() };
    await testStore.store.change((tx) => changeModel(tx, at.registry.bus, changing));
  }

  const show = (id: string) => showModel(testStore.store.read, id);

  describe('making', () => {
    test('a model belongs to whoever made it, is as confidential as its project, and is on record', async () => {
      const id = await make('meta-llama/Llama-3', { tags: ['text', 'chat', 'text'], description: 'speaks' });
      expect(await show(id)).toMatchObject({
        name: 'meta-llama/Llama-3',
        project: { id: at.projectId, name: 'research' },
        description: 'speaks',
        classification: 'internal',
        tags: ['chat', 'text'],
        owner: { ...at.owner, name: 'Owner' },
        isArchived: false,
        versions: 0,
        released: null,
        latest: null,
      });
      expect((await entriesOf(testStore.store)).at(-1)).toMatchObject({
        activity: 'model.make',
        actor: at.owner,
        object: { kind: 'model', id },
        data: { name: 'meta-llama/Llama-3', project: at.projectId, classification: 'internal' },
      });
    });

    test('grants can be given on it, within its project', async () => {
      const id = await make('m', { classification: 'restricted' });
      const scope = { kind: 'model', id } as const;
      expect(await readResource(testStore.store.read, scope)).toEqual({
        scope,
        projectId: at.projectId,
        classification: 'restricted',
      });
    });

    test('names are one in any case', async () => {
      const id = await make('org/Model');
      await expect(make('ORG/model')).rejects.toMatchObject({ code: 'model-name-taken' });
      expect(await findModelByName(testStore.store.read, 'Org/MODEL')).toMatchObject({ id });
      expect(await findModelByName(testStore.store.read, 'org/other')).toBeUndefined();
    });

    test('of two at once with one name, one is refused', async () => {
      const made = await Promise.allSettled([make('same'), make('Same')]);
      expect(made.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    });

    test('no model is less confidential than its project, and none is without one', async () => {
      await expect(make('m', { classification: 'public' })).rejects.toMatchObject({
        code: 'classification-below-project',
      });
      const other = await make('other');
      await expect(make('m', { projectId: other })).rejects.toMatchObject({ code: 'project-unknown' });
    });

    test('what the server made belongs to nobody', async () => {
      const id = await make('hub/model', { by: null });
      expect(await show(id)).toMatchObject({ owner: null });
      expect((await entriesOf(testStore.store)).at(-1)).toMatchObject({ actor: { kind: 'system', id: 'server' } });
    });
  });

  describe('changing', () => {
    test('what changed is on record by name; what people wrote is not', async () => {
      const id = await make('m');
      await change(id, { description: 'of Ann', licence: 'mit', tags: ['b', 'a'] });
      expect(await show(id)).toMatchObject({ description: 'of Ann', licence: 'mit', tags: ['a', 'b'] });
      const entry = (await entriesOf(testStore.store)).at(-1);
      expect(entry).toMatchObject({ activity: 'model.change', data: { changed: ['description', 'licence', 'tags'] } });
      expect(JSON.stringify(entry)).not.toContain('Ann');
    });

    test('what is the same as before is no change', async () => {
      const id = await make('m', { tags: ['a', 'b'] });
      const before = { model: await show(id), entries: (await entriesOf(testStore.store)).length };
      await change(id, { description: '', tags: ['b', 'a'], ownerId: at.owner.id, classification: 'internal' });
      expect(await show(id)).toEqual(before.model);
      expect(await entriesOf(testStore.store)).toHaveLength(before.entries);
    });

    test('the classification is what policies see; it stays at least that of the project', async () => {
      const id = await make('m');
      const heard: string[] = [];
      at.registry.bus.subscribe('access', (message) => void heard.push(message));
      await change(id, { classification: 'restricted' });
      expect(await readResource(testStore.store.read, { kind: 'model', id })).toMatchObject({
        classification: 'restricted',
      });
      expect(heard).toEqual([id]);
      await expect(change(id, { classification: 'public' })).rejects.toMatchObject({
        code: 'classification-below-project',
      });
      await change(id, { classification: 'internal' });
      expect((await entriesOf(testStore.store)).at(-1)).toMatchObject({
        severity: 'medium',
        data: { classification: { from: 'restricted', to: 'internal' } },
      });
    });

    test('a project that becomes more confidential takes its models along', async () => {
      const [low, high] = [await make('low'), await make('high', { classification: 'restricted' })];
      await testStore.store.change((tx) =>
        changeProject(tx, { id: at.projectId, facts: { classification: 'confidential' } }, at.owner),
      );
      expect([(await show(low)).classification, (await show(high)).classification]).toEqual([
        'confidential',
        'restricted',
      ]);
      expect((await entriesOf(testStore.store)).at(-1)).toMatchObject({
        activity: 'project.change',
        data: { raisedModels: 1 },
      });
    });

    test('an owner is somebody who can act', async () => {
      const id = await make('m');
      const away = await addPerson(testStore.store, { name: 'Away', state: 'disabled' });
      for (const ownerId of [away, 'per_01ARZ3NDEKTSV4RRFFQ69G5FAV', 'svc_01ARZ3NDEKTSV4RRFFQ69G5FAV', id]) {
        await expect(change(id, { ownerId })).rejects.toMatchObject({ code: 'owner-unknown' });
      }
      const tim = await at.person('Tim');
      await change(id, { ownerId: tim.id });
      expect(await show(id)).toMatchObject({ owner: { ...tim, name: 'Tim' } });
      expect((await entriesOf(testStore.store)).at(-1)).toMatchObject({
        data: { changed: ['owner'], owner: { from: at.owner.id, to: tim.id } },
      });
    });

    test('a model whose owner was erased or disabled is shown all the same', async () => {
      const erased: PrincipalRef = {
        kind: 'person',
        id: await addPerson(testStore.store, { name: 'E', state: 'erased' }),
      };
      const id = await make('m', { by: erased });
      expect(await show(id)).toMatchObject({ owner: { ...erased, name: erased.id } });
    });

    test('an archived model is no longer listed, takes no version, and comes back', async () => {
      const id = await make('m');
      await change(id, { isArchived: true });
      expect((await entriesOf(testStore.store)).at(-1)).toMatchObject({ activity: 'model.archive' });
      expect(await list()).toEqual([]);
      expect(await list({ isArchived: true })).toEqual(['m']);
      await expect(putVersion(at.registry, { modelId: id, by: at.owner, atMs: clock() })).rejects.toMatchObject({
        code: 'model-archived',
      });
      await change(id, { isArchived: false });
      expect((await entriesOf(testStore.store)).at(-1)).toMatchObject({ activity: 'model.restore' });
      expect(await list()).toEqual(['m']);
    });

    test('what is not there is not changed', async () => {
      await expect(change('mdl_01ARZ3NDEKTSV4RRFFQ69G5FAV', {})).rejects.toMatchObject({ code: 'model-unknown' });
    });
  });

  async function list(search: Partial<ModelSearch> = {}): Promise<readonly string[]> {
    const page = await listModels(testStore.store, { limit: 50, order: 'name', maySee: () => true, ...search });
    return page.items.map(({ name }) => name);
  }

  async function pages(search: Partial<ModelSearch>): Promise<readonly (readonly string[])[]> {
    const found: string[][] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await listModels(testStore.store, {
        limit: 2,
        order: 'name',
        maySee: () => true,
        ...search,
        cursor,
      });
      found.push(page.items.map(({ name }) => name));
      if (page.next === null) return found;
      cursor = page.next;
    }
  }

  describe('listing', () => {
    test('by name or by the last change, in pages', async () => {
      const ids = new Map<string, string>();
      for (const name of ['delta', 'Alpha', 'charlie', 'bravo']) ids.set(name, await make(name));
      await change(ids.get('charlie') ?? '', { description: 'changed' });
      expect(await pages({ order: 'name' })).toEqual([
        ['Alpha', 'bravo'],
        ['charlie', 'delta'],
      ]);
      expect(await pages({ order: 'changed' })).toEqual([
        ['charlie', 'bravo'],
        ['Alpha', 'delta'],
      ]);
    });

    test('of models that changed at the same time none is left out or comes twice', async () => {
      const atMs = clock() + 1;
      for (const name of ['a', 'b', 'c', 'd', 'e']) await make(name, { atMs });
      expect((await pages({ order: 'changed' })).flat().toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
    });

    test('pages hold what the caller may see, and end where nothing of it is left', async () => {
      for (let number = 0; number < 9; number++) await make(`m${number}`);
      const seen = new Set(['m1', 'm4', 'm7']);
      const ids = new Set<string>();
      for (const name of seen) ids.add((await findModelByName(testStore.store.read, name))?.id ?? '');
      expect(await pages({ maySee: ({ id }) => ids.has(id) })).toEqual([['m1', 'm4'], ['m7']]);
      expect(await pages({ maySee: () => false })).toEqual([[]]);
    });

    test('a cursor that is none begins at the beginning', async () => {
      await make('m');
      expect(await list({ order: 'changed', cursor: "'; --" })).toEqual(['m']);
    });

    test('a cursor says no name, since its model may be one that the caller may not see', async () => {
      for (const name of ['a', 'b']) await make(name);
      const { next } = await listModels(testStore.store, { limit: 1, order: 'name', maySee: () => true });
      expect(next).toMatch(/^=mdl_\w+$/);
    });

    test('by project, tag, licence', async () => {
      await make('a', { tags: ['text'], licence: 'Apache-2.0' });
      await make('b', { tags: ['text_x'] });
      await make('c', { tags: ['textbook'] });
      expect(await list({ tag: 'text' })).toEqual(['a']);
      expect(await list({ tag: 'text_x' })).toEqual(['b']);
      expect(await list({ licence: 'apache-2.0' })).toEqual(['a']);
      expect(await list({ projectId: at.projectId })).toHaveLength(3);
      expect(await list({ projectId: 'prj_01ARZ3NDEKTSV4RRFFQ69G5FAV' })).toEqual([]);
    });

    test('by state and verdict of the newest version', async () => {
      const [a, b] = [await make('a'), await make('b')];
      await make('c');
      const facts = { by: at.owner, atMs: clock() };
      await putVersion(at.registry, { ...facts, modelId: a, state: 'released' });
      const denied = await putVersion(at.registry, { ...facts, modelId: a, state: 'denied' });
      await putVersion(at.registry, { ...facts, modelId: b, state: 'released' });
      await testStore.store.change(({ sql }) =>
        sql.updateTable('registry_versions').set({ verdict: 'malicious' }).where('id', '=', denied).execute(),
      );
      expect(await list({ state: 'denied' })).toEqual(['a']);
      expect(await list({ state: 'released' })).toEqual(['b']);
      expect(await list({ verdict: 'malicious' })).toEqual(['a']);
      const [first] = (await listModels(testStore.store, { limit: 1, order: 'name', maySee: () => true })).items;
      expect(first).toMatchObject({ versions: 2, released: { number: 1 }, latest: { number: 2, state: 'denied' } });
    });
  });

  describe('searching', () => {
    const upload = (modelId: string, files: readonly string[], released?: readonly string[]) =>
      putVersion(at.registry, {
        modelId,
        files,
        by: at.owner,
        atMs: clock(),
        ...(released === undefined ? {} : { released }),
      });

    test('finds a part of a name in any case, and nothing by what means something to a database', async () => {
      await make('meta/Llama_3');
      await make('meta/llamaX3');
      expect(await list({ search: 'LLAMA_3' })).toEqual(['meta/Llama_3']);
      expect(await list({ search: 'a/l' })).toHaveLength(2);
      for (const search of ['%', String.raw`\ `, "' or 1=1 --", '%llama%']) expect(await list({ search })).toEqual([]);
    });

    test('finds paths of files as they came and as they are given out', async () => {
      const id = await make('a');
      await make('b');
      await upload(id, ['weights/Pytorch_Model.bin'], ['weights/model.safetensors']);
      expect(await list({ search: 's/pytorch_model.BIN' })).toEqual(['a']);
      expect(await list({ search: 'model.safetensors' })).toEqual(['a']);
      expect(await list({ search: 'weights\nmodel' })).toEqual([]);
    });

    test('finds letters however they are composed', async () => {
      const id = await make('a');
      await upload(id, ['Gewichte/größe-é.bin']);
      expect(await list({ search: 'GRÖSSE'.replace('SS', 'ß') })).toEqual(['a']);
      expect(await list({ search: 'é'.normalize('NFD') })).toEqual(['a']);
    });

    test('finds files of the newest version and of the one that can be had, not of those before', async () => {
      const id = await make('a');
      await upload(id, ['first.bin']);
      await upload(id, ['second.bin']);
      await putVersion(at.registry, {
        modelId: id,
        by: at.owner,
        atMs: clock(),
        files: ['third.bin'],
        state: 'denied',
      });
      expect(await list({ search: 'first.bin' })).toEqual([]);
      expect(await list({ search: 'second.bin' })).toEqual(['a']);
      expect(await list({ search: 'third.bin' })).toEqual(['a']);
    });

    test('goes on through very many models, however few match', async () => {
      const ids = Array.from({ length: 6_000 }, (_, number) => number);
      await testStore.store.change(async ({ sql }) => {
        for (let from = 0; from < ids.length; from += 1_000) {
          const some = ids.slice(from, from + 1_000).map((number) => ({
            number,
            id: `mdl_${String((number * 7_919) % 6_000).padStart(26, '0')}`,
            name: `bulk/m-${String(number).padStart(5, '0')}`,
          }));
          await sql
            .insertInto('resources')
            .values(
              some.map(({ id, name }) => ({
                id,
                kind: 'model' as const,
                parent_id: at.projectId,
                name,
                name_key: null,
                description: '',
                classification: 'internal' as const,
                created_at: 1,
                changed_epoch: 1,
              })),
            )
            .execute();
          await sql
            .insertInto('registry_models')
            .values(
              some.map(({ id, name, number }) => ({
                id,
                project_id: at.projectId,
                name,
                name_key: name,
                tags: '[]',
                created_at: 1,
                changed_at: 1 + (number % 7),
                is_archived: 0,
                versions: 0,
              })),
            )
            .execute();
          await sql
            .insertInto('registry_search')
            .values(some.map(({ id, name }) => ({ model_id: id, text: name })))
            .execute();
        }
      });
      const found = ['bulk/m-01999', 'bulk/m-02999', 'bulk/m-03999', 'bulk/m-04999', 'bulk/m-05999'];
      expect(await list({ search: '999' })).toEqual(['bulk/m-00999', ...found]);
      expect((await list({ search: '999', order: 'changed' })).toSorted()).toEqual(['bulk/m-00999', ...found]);
      expect((await pages({ search: '999' })).map(({ length }) => length)).toEqual([2, 2, 2]);
      const all = (await pages({ order: 'changed', limit: 200 })).flat();
      expect(all).toHaveLength(6_000);
      expect(new Set(all).size).toBe(6_000);
    }, 60_000);
  });
});
