import { afterAll, beforeAll, expect, test } from 'vitest';
import { recallVersion } from '../../src/registry/pipeline/recall.ts';
import { findRevision } from '../../src/registry/hub/find-revision.ts';
import { describeEachStore } from '../build/store.ts';
import { type PullingHub, startPullingHub } from './pulling-hub.ts';

const files = { 'config.json': '{"model_type":"bert"}', 'model.safetensors': Buffer.alloc(100_000, 7) };

describeEachStore('the hub interface fetches what is not here', (column) => {
  let hub: PullingHub;
  beforeAll(async () => {
    hub = await startPullingHub(column);
  });
  afterAll(() => hub.stop());

  test('a file that is only on the hub behind is served once it was admitted', async () => {
    hub.behind.put('meta/llama', { files });
    const head = await hub.patiently('/meta/llama/resolve/main/config.json', { method: 'HEAD' });
    expect(head.status).toBe(200);
    const got = await hub.get('/meta/llama/resolve/main/config.json');
    expect(await got.text()).toBe(files['config.json']);
    expect(got.headers.get('x-repo-commit')).toBe(head.headers.get('x-repo-commit'));
  });

  test('a commit of the hub behind keeps its name', async () => {
    const sha = hub.behind.put('meta/pinned', { files });
    const info = (await (await hub.patiently(`/api/models/meta/pinned/revision/${sha}`)).json()) as { sha: string };
    expect(info.sha).toBe(sha);
    const file = await hub.get(`/meta/pinned/resolve/${sha}/config.json`);
    expect(file.headers.get('x-repo-commit')).toBe(sha);
    await file.text();
  });

  test('what was denied is refused with the reason', async () => {
    hub.behind.put('meta/evil', { files: { ...files, 'evil.bin': 'x' } });
    const answer = await hub.patiently('/api/models/meta/evil');
    expect([answer.status, answer.headers.get('x-error-code')]).toEqual([403, 'GatedRepo']);
    expect(answer.headers.get('x-error-message')).toContain('denied');
  });

  test('what was recalled is told as that, whichever way it is asked for', async () => {
    const sha = hub.behind.put('meta/bad', { files });
    expect((await hub.patiently('/api/models/meta/bad')).status).toBe(200);
    const { registry, owner: by } = hub;
    const row = await registry.store.read
      .selectFrom('registry_models')
      .select('released_version_id as id')
      .where('name', '=', 'meta/bad')
      .executeTakeFirstOrThrow();
    const recall = { versionId: String(row.id), by, reason: 'it phones home', atMs: Date.now() };
    await registry.store.change((change) => recallVersion(change, registry, recall));
    for (const revision of ['main', sha, 'v1']) {
      const answer = await hub.get(`/meta/bad/resolve/${revision}/config.json`, { method: 'HEAD' });
      expect([revision, answer.status, answer.headers.get('x-error-code')]).toEqual([
        revision,
        410,
        'RevisionNotFound',
      ]);
      expect(answer.headers.get('x-error-message')).toContain('it phones home');
    }
  });

  test('a main that moved on the hub behind is noticed, and what was there before is served meanwhile', async () => {
    hub.behind.put('meta/moving', { files });
    const first = await hub.patiently('/meta/moving/resolve/main/config.json');
    expect(await first.text()).toBe(files['config.json']);
    hub.behind.put('meta/moving', { files: { ...files, 'config.json': '{"model_type":"newer"}' } });
    const seen = new Set<string>();
    for (let tries = 0; tries < 200 && !seen.has('{"model_type":"newer"}'); tries++) {
      const answer = await hub.get('/meta/moving/resolve/main/config.json');
      expect(answer.status).toBe(200);
      seen.add(await answer.text());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect([...seen].at(-1)).toBe('{"model_type":"newer"}');
  });

  test('whoever asks while another fetches it waits as well', async () => {
    hub.behind.put('meta/shared', { files });
    const path = '/meta/shared/resolve/main/config.json';
    const answers = await Promise.all([hub.patiently(path), hub.patiently(path), hub.patiently(path)]);
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(Array(3).fill(files['config.json']));
    const { registry } = hub;
    const { count } = await registry.store.read
      .selectFrom('registry_versions as version')
      .innerJoin('registry_models as model', 'model.id', 'version.model_id')
      .where('model.name', '=', 'meta/shared')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    expect(String(count)).toBe('1');
  });

  test('what is here is served while the hub behind is down, by every name that it has', async () => {
    hub.behind.put('meta/kept', { files });
    const kept = (await (await hub.patiently('/api/models/meta/kept')).json()) as { readonly sha: string };
    await hub.release({ name: 'meta/own', files, stage: 'production' });
    await hub.behind.goDown();
    for (const path of [
      `meta/kept/resolve/${kept.sha}`,
      'meta/kept/resolve/main',
      'meta/own/resolve/v1',
      'meta/own/resolve/main',
      'meta/own/resolve/production',
    ]) {
      const answer = await hub.get(`/${path}/config.json`);
      expect([path, answer.status, await answer.text()]).toEqual([path, 200, files['config.json']]);
    }
    const unheard = await hub.get('/meta/kept/resolve/later/config.json', { method: 'HEAD' });
    expect([unheard.status, unheard.headers.get('x-error-message')]).toEqual([
      503,
      expect.stringContaining('ask again'),
    ]);
    await hub.behind.comeBack();
  });

  test('what somebody asked for aside is never main, also where nothing else is here and the hub is down', async () => {
    const proposed = hub.behind.put('meta/aside', { files, revision: 'refs/pr/1' });
    const path = `/meta/aside/resolve/${proposed}/config.json`;
    expect((await hub.patiently(path)).status).toBe(200);
    await hub.behind.goDown();
    expect((await hub.get(path)).status).toBe(200);
    const ofMain = await hub.get('/meta/aside/resolve/main/config.json', { method: 'HEAD' });
    expect(ofMain.status).toBe(503);
    const references = (await (await hub.get('/api/models/meta/aside/refs')).json()) as { readonly branches: unknown };
    expect(references.branches).toEqual([]);
    const model = await hub.registry.store.read
      .selectFrom('registry_models')
      .selectAll()
      .where('name', '=', 'meta/aside')
      .executeTakeFirstOrThrow();
    expect(model.released_version_id).toBeNull();
    await expect(findRevision(hub.registry.store.read, model, 'main')).rejects.toMatchObject({
      code: 'hub-revision-unknown',
    });
    await hub.behind.comeBack();
  });

  test('what is nowhere is not there', async () => {
    const answer = await hub.patiently('/api/models/meta/nothing');
    expect([answer.status, answer.headers.get('x-error-code')]).toEqual([404, 'RepoNotFound']);
  });

  test('a model of the company’s own is never asked for outside', async () => {
    await hub.release({ name: 'own/model', files, projectId: await hub.otherProject() });
    const before = hub.behind.requests.length;
    expect(await hub.statusOf('/api/models/own/model')).toBe(404);
    expect(hub.behind.requests.length).toBe(before);
  });
});
