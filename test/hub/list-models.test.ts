import { listModels } from '@huggingface/hub';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { giveGrant } from '../../src/access/grants/give-grant.ts';
import { newId } from '../../src/store/new-id.ts';
import { describeEachStore } from '../build/store.ts';
import { type HubServer, startHubServer } from '../server/hub-server.ts';

/** More than one statement looks through, in three projects by turns. */
const MODELS = 2700;
const namespaces = ['acme', 'beta', 'acme-labs'];
const nameOf = (at: number): string => `${namespaces[Math.floor(at / 3) % 3] ?? ''}/model-${String(at)}`;
const files = { 'config.json': '{}' };

describeEachStore('the list of models of the hub interface', (column) => {
  let hub: HubServer;
  /** Names that the key may see. */
  let seen: string[];

  beforeAll(async () => {
    hub = await startHubServer(column);
    const projects = [hub.projectId, await hub.otherProject('two'), await hub.otherProject('three')];
    const { modelId } = await hub.release({ name: 'acme/first', files, tags: ['text-classification'] });
    await copyModel(hub, modelId, projects);
    await hub.release({ name: 'acme/hidden', files, projectId: projects[1] ?? '' });
    const one = await hub.release({ name: 'other/shown', files, projectId: projects[2] ?? '', licence: 'MIT' });
    await hub.release({ name: 'acme/waits', files, stays: 'review' });
    await hub.registry.store.change((change) =>
      giveGrant(
        change,
        { principal: hub.service, role: 'service', scope: { kind: 'model', id: one.modelId }, reason: 'test' },
        Date.now(),
      ),
    );
    hub.registry.bus.publish('access', hub.service.id);
    const own = Array.from({ length: MODELS }, (_, at) => nameOf(at)).filter((_, at) => at % 3 === 0);
    seen = [...own, 'acme/first', 'other/shown'].toSorted();
  }, 60_000);
  afterAll(() => hub.stop());

  interface Walked {
    readonly names: readonly string[];
    readonly pages: number;
  }

  async function walk(query: string): Promise<Walked> {
    const names: string[] = [];
    let next: string | undefined = `/api/models?${query}`;
    let pages = 0;
    for (; next !== undefined; pages++) {
      const answer = await hub.get(next);
      expect(answer.status).toBe(200);
      names.push(...((await answer.json()) as { id: string }[]).map(({ id }) => id));
      const link: string | undefined = /^<(http[^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
      next = link?.replace(hub.origin, '');
    }
    return { names, pages };
  }

  test('has all that may be read, and nothing else, page by page, in either order', async () => {
    for (const query of ['limit=200', 'limit=200&sort=lastModified&direction=-1', 'limit=500&sort=createdAt']) {
      const { names, pages } = await walk(query);
      expect(names.toSorted()).toEqual(seen);
      expect(pages).toBe(Math.ceil(seen.length / (query.startsWith('limit=5') ? 500 : 200)));
    }
  });

  test('puts what changed last first, where that is asked for', async () => {
    const answer = await hub.get('/api/models?sort=lastModified&limit=2');
    expect(((await answer.json()) as { id: string }[]).map(({ id }) => id)).toEqual(['other/shown', 'acme/first']);
  });

  test('is by author, by words, by tags, by task and by licence', async () => {
    const inAcme = seen.filter((name) => name.startsWith('acme/'));
    expect(inAcme.length).toBeGreaterThan(200);
    expect((await walk('author=ACME')).names.toSorted()).toEqual(inAcme);
    expect((await walk('author=acm')).names).toEqual([]);
    expect((await walk('author=%25')).names).toEqual([]);
    expect((await walk('search=MODEL-26%20beta')).names.toSorted()).toEqual(
      seen.filter((name) => name.startsWith('beta/') && name.includes('model-26')),
    );
    expect((await walk('search=hidden')).names).toEqual([]);
    expect((await walk('pipeline_tag=text-classification')).names).toEqual(['acme/first']);
    expect((await walk('pipeline_tag=text-generation')).names).toEqual([]);
    expect((await walk('filter=license:mit')).names).toEqual(['other/shown']);
    expect((await walk('search=first&gated=True')).names).toEqual([]);
    expect((await walk('search=first&gated=False')).names).toEqual(['acme/first']);
  });

  test('decides about all of them together', async () => {
    const decide = vi.spyOn(hub.registry.authorizer, 'decide');
    expect((await walk('limit=500')).names).toHaveLength(seen.length);
    expect(decide).not.toHaveBeenCalled();
    decide.mockRestore();
  });

  test('refuses a cursor of another order, and one that is none', async () => {
    const answer = await hub.get('/api/models?limit=1');
    const cursor = /[?&]cursor=([^&>]+)/.exec(answer.headers.get('link') ?? '')?.[1] ?? '';
    await answer.body?.cancel();
    expect(cursor).not.toBe('');
    for (const query of [`sort=lastModified&cursor=${cursor}`, 'cursor=x', 'cursor=%FF']) {
      const { status, body } = await hub.get(`/api/models?${query}`);
      await body?.cancel();
      expect([query, status]).toEqual([query, 400]);
    }
  });

  test('is walked to its end by the client for JavaScript', async () => {
    const names: string[] = [];
    for await (const { name } of listModels({ hubUrl: hub.origin, accessToken: `hf_${hub.key}` })) names.push(name);
    expect(names.toSorted()).toEqual(seen);
  });
});

/** Very many models like one that is released, in these projects by turns. */
async function copyModel({ registry }: HubServer, modelId: string, projects: readonly string[]): Promise<void> {
  await registry.store.change(async ({ sql }) => {
    const model = await sql
      .selectFrom('registry_models')
      .selectAll()
      .where('id', '=', modelId)
      .executeTakeFirstOrThrow();
    const place = await sql.selectFrom('resources').selectAll().where('id', '=', modelId).executeTakeFirstOrThrow();
    const version = await sql
      .selectFrom('registry_versions')
      .selectAll()
      .where('model_id', '=', modelId)
      .executeTakeFirstOrThrow();
    for (let start = 0; start < MODELS; start += 300) {
      const copies = Array.from({ length: 300 }, (_, more) => {
        const at = start + more;
        const [id, versionId] = [newId('model'), newId('version')];
        const name = nameOf(at);
        const projectId = projects[at % projects.length] ?? '';
        return {
          place: { ...place, id, name, name_key: name, parent_id: projectId },
          model: {
            ...model,
            id,
            name,
            name_key: name,
            project_id: projectId,
            tags: '[]',
            changed_at: 1000 + Math.floor(at / 7),
            latest_version_id: versionId,
            released_version_id: versionId,
          },
          version: { ...version, id: versionId, model_id: id },
        };
      });
      await sql
        .insertInto('resources')
        .values(copies.map((copy) => copy.place))
        .execute();
      await sql
        .insertInto('registry_models')
        .values(copies.map((copy) => copy.model))
        .execute();
      await sql
        .insertInto('registry_versions')
        .values(copies.map((copy) => copy.version))
        .execute();
    }
  });
}
