import { afterAll, beforeAll, expect, test } from 'vitest';
import { recallVersion } from '../../src/registry/pipeline/recall.ts';
import { describeEachStore } from '../build/store.ts';
import { type PullingHub, startPullingHub } from './pulling-hub.ts';

const filesOf = (which: string) => ({ 'config.json': which });

describeEachStore('revisions of what is pulled through', (column) => {
  let hub: PullingHub;
  beforeAll(async () => {
    hub = await startPullingHub(column, { freshSeconds: 0 });
  });
  afterAll(() => hub.stop());

  const contentAt = async (name: string, revision: string): Promise<string> => {
    const answer = await hub.patiently(`/${name}/resolve/${revision}/config.json`);
    return `${answer.status} ${await answer.text()}`;
  };
  const refusedAt = async (name: string, revision: string) => {
    const answer = await hub.get(`/${name}/resolve/${revision}/config.json`, { method: 'HEAD' });
    return [answer.status, answer.headers.get('x-error-code'), answer.headers.get('x-error-message')];
  };
  const message = (text: string): string => expect.stringContaining(text) as string;
  const setStage = async (name: string, stage: 'production'): Promise<string> => {
    const model = await hub.registry.store.read
      .selectFrom('registry_models')
      .select('released_version_id as id')
      .where('name', '=', name)
      .executeTakeFirstOrThrow();
    const id = String(model.id);
    await hub.registry.store.change(({ sql }) =>
      sql.updateTable('registry_versions').set({ stage }).where('id', '=', id).execute(),
    );
    return id;
  };

  test.each(['main', 'HEAD', 'refs%2Fheads%2Fmain', 'refs/heads/main', 'refs/heads/HEAD'])(
    '%s is main, also while what is newer is not released',
    async (revision) => {
      const name = `meta/${revision.replaceAll(/%2F|\//g, revision.includes('%') ? '-' : '_')}`;
      hub.behind.put(name, { files: filesOf('first') });
      expect(await contentAt(name, revision)).toBe('200 first');
      hub.behind.put(name, { files: { ...filesOf('second'), 'evil.bin': 'x' } });
      for (let tries = 0; tries < 5; tries++) expect(await contentAt(name, revision)).toBe('200 first');
      const denied = async (): Promise<number> =>
        (
          await hub.registry.store.read
            .selectFrom('registry_versions as version')
            .innerJoin('registry_models as model', 'model.id', 'version.model_id')
            .select('version.id')
            .where('model.name', '=', name)
            .where('version.state', '=', 'denied')
            .execute()
        ).length;
      await expect.poll(denied, { timeout: 10_000 }).toBe(1);
      expect(await contentAt(name, revision)).toBe('200 first');
      const asked = hub.behind.requests.filter(({ url }) => url.includes(`${name}/revision/`));
      expect(new Set(asked.map(({ url }) => url.split('/').at(-1)))).toEqual(new Set(['main']));
    },
  );

  test('a number is a tag of the hub, never the number of a version here, whether the hub is up or down', async () => {
    const tagged = hub.behind.put('meta/tagged', { files: filesOf('tag'), revision: 'v1' });
    hub.behind.put('meta/tagged', { files: filesOf('newest') });
    expect(await contentAt('meta/tagged', 'main')).toBe('200 newest');
    for (const revision of ['v1', 'refs%2Ftags%2Fv1', 'refs/tags/v1', tagged]) {
      expect(await contentAt('meta/tagged', revision)).toBe('200 tag');
    }
    const absent = await refusedAt('meta/tagged', 'v2');
    expect(absent).toEqual([404, 'RevisionNotFound', message('the hub has no v2 of meta/tagged; version 2 here is')]);
    const [commit = ''] = /[0-9a-f]{40}/.exec(String(absent[2])) ?? [];
    expect(await contentAt('meta/tagged', commit)).toBe('200 tag');
    expect((await refusedAt('meta/tagged', 'v3')).slice(0, 2)).toEqual([404, 'RevisionNotFound']);
    await hub.behind.goDown();
    expect(await contentAt('meta/tagged', 'v1')).toBe('200 tag');
    expect(await refusedAt('meta/tagged', 'v2')).toEqual([503, null, message('ask again')]);
    await hub.behind.comeBack();
  });

  test('a number of what somebody published here is his, whatever tags the hub has', async () => {
    hub.behind.put('meta/published', { files: filesOf('theirs'), revision: 'v1' });
    await hub.release({ name: 'meta/published', files: filesOf('ours') });
    const before = hub.behind.requests.length;
    expect(await contentAt('meta/published', 'v1')).toBe('200 ours');
    expect((await refusedAt('meta/published', 'v2')).slice(0, 2)).toEqual([404, 'RevisionNotFound']);
    expect(hub.behind.requests.length).toBe(before);
  });

  test('a stage that somebody gave here goes before a branch of the hub of that name', async () => {
    hub.behind.put('meta/staged', { files: filesOf('newest') });
    hub.behind.put('meta/staged', { files: filesOf('branch'), revision: 'production' });
    expect(await contentAt('meta/staged', 'production')).toBe('200 branch');
    expect(await contentAt('meta/staged', 'main')).toBe('200 newest');
    const versionId = await setStage('meta/staged', 'production');
    hub.behind.put('meta/staged', { files: filesOf('moved'), revision: 'production' });
    const before = hub.behind.requests.length;
    const shown = await contentAt('meta/staged', 'production');
    expect(hub.behind.requests.length).toBe(before);
    const { registry, owner: by } = hub;
    const recall = { versionId, by, reason: 'it phones home', atMs: Date.now() };
    await registry.store.change((change) => recallVersion(change, registry, recall));
    expect(await refusedAt('meta/staged', 'production')).toEqual([410, 'RevisionNotFound', message('it phones home')]);
    expect(shown).toMatch(/^200 (?:branch|newest)$/);
  });

  test('a recall is told as one under a branch or a tag of the hub too', async () => {
    const commit = hub.behind.put('meta/gone', { files: filesOf('x'), revision: 'v1.0' });
    hub.behind.lead('meta/gone', 'main', commit);
    expect(await contentAt('meta/gone', 'v1.0')).toBe('200 x');
    expect(await contentAt('meta/gone', 'main')).toBe('200 x');
    const versionId = await setStage('meta/gone', 'production');
    const { registry, owner: by } = hub;
    const recall = { versionId, by, reason: 'it phones home', atMs: Date.now() };
    await registry.store.change((change) => recallVersion(change, registry, recall));
    for (const revision of ['v1.0', 'refs%2Ftags%2Fv1.0', 'v1', 'production', 'main']) {
      expect([revision, ...(await refusedAt('meta/gone', revision))].slice(0, 3)).toEqual([
        revision,
        410,
        'RevisionNotFound',
      ]);
    }
  });

  test('references and the check of a right fetch what is not here, and name what can be had', async () => {
    hub.behind.put('meta/fresh', { files: filesOf('x') });
    const beta = hub.behind.put('meta/fresh', { files: filesOf('y'), revision: 'beta' });
    hub.behind.put('meta/fresh', { files: { 'evil.bin': 'z' }, revision: 'bad' });
    expect(await (await hub.patiently('/api/models/meta/fresh/auth-check')).json()).toEqual({});
    const main = (await (await hub.get('/api/models/meta/fresh')).json()) as { readonly sha: string };
    expect(await contentAt('meta/fresh', 'beta')).toBe('200 y');
    expect(await contentAt('meta/fresh', 'bad')).toMatch(/^403/);
    const refs = await hub.get('/api/models/meta/fresh/refs');
    expect(await refs.json()).toEqual({
      branches: [
        { name: 'main', ref: 'refs/heads/main', targetCommit: expect.any(String) as string },
        { name: 'beta', ref: 'refs/heads/beta', targetCommit: beta },
      ],
      converts: [],
      tags: [],
      pullRequests: [],
    });
    expect(main.sha).toMatch(/^[0-9a-f]{40}$/);
    hub.behind.put('meta/other', { files: filesOf('x') });
    expect(await (await hub.patiently('/api/models/meta/other/refs')).json()).toMatchObject({
      branches: [{ name: 'main' }],
      tags: [],
    });
    hub.behind.put('meta/denied', { files: { 'evil.bin': 'x' } });
    expect((await hub.patiently('/api/models/meta/denied/refs')).status).toBe(403);
    for (const what of ['refs', 'auth-check']) {
      const answer = await hub.patiently(`/api/models/meta/nothing/${what}`);
      expect([answer.status, answer.headers.get('x-error-code')]).toEqual([404, 'RepoNotFound']);
      await answer.body?.cancel();
    }
  });
});
