import { afterAll, beforeAll, expect, test } from 'vitest';
import { examineJob } from '../../src/registry/pipeline/job-kinds.ts';
import { recallVersion } from '../../src/registry/pipeline/recall.ts';
import type { Registry } from '../../src/registry/registry.ts';
import { importJob } from '../../src/registry/upstream/import-job.ts';
import { importVersion } from '../../src/registry/upstream/import-version.ts';
import { moveVersion } from '../../src/registry/versions/move-version.ts';
import { jobsConfig } from '../../src/store/jobs/config.ts';
import { openJobs } from '../../src/store/jobs/open-jobs.ts';
import { type HubStandIn, startHubStandIn } from '../build/hub-stand-in.ts';
import { quick } from '../build/jobs.ts';
import { describeEachStore } from '../build/store.ts';
import { upstreamOf } from '../registry/upstream-fixture.ts';
import { type HubServer, startHubServer } from '../server/hub-server.ts';

const files = { 'config.json': '{"model_type":"bert"}', 'model.safetensors': Buffer.alloc(100_000, 7) };

describeEachStore('the hub interface fetches what is not here', (column) => {
  let behind: HubStandIn;
  let hub: HubServer;

  beforeAll(async () => {
    behind = await startHubStandIn();
    const queue = await openJobs({
      config: jobsConfig.parse({ threads: 2 }),
      kinds: [examineJob, importJob],
      warn: () => undefined,
      timing: quick,
    });
    hub = await startHubServer(column, {
      queue,
      over: { upstream: upstreamOf(behind, { project: 'research', freshSeconds: 1 }) },
    });
    const { registry } = hub;
    await hub.jobs?.start({
      [importJob]: (context) => importVersion(registry, context),
      [examineJob]: ({ data }) => release(registry, data['versionId'] as string),
    });
  });
  afterAll(async () => {
    await hub.stop();
    await behind.end();
  });

  /** As a client does that was told to come back. */
  async function patiently(path: string, init?: RequestInit): Promise<Response> {
    for (let tries = 0; ; tries++) {
      const answer = await hub.get(path, init ?? {});
      if (answer.status !== 503 || tries === 100) return answer;
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(answer.headers.get('x-error-message')).toContain('ask again');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  test('a file that is only on the hub behind is served once it was admitted', async () => {
    behind.put('meta/llama', { files });
    const head = await patiently('/meta/llama/resolve/main/config.json', { method: 'HEAD' });
    expect(head.status).toBe(200);
    const got = await hub.get('/meta/llama/resolve/main/config.json');
    expect(await got.text()).toBe(files['config.json']);
    expect(got.headers.get('x-repo-commit')).toBe(head.headers.get('x-repo-commit'));
  });

  test('a commit of the hub behind keeps its name', async () => {
    const sha = behind.put('meta/pinned', { files });
    const info = (await (await patiently(`/api/models/meta/pinned/revision/${sha}`)).json()) as { sha: string };
    expect(info.sha).toBe(sha);
    const file = await hub.get(`/meta/pinned/resolve/${sha}/config.json`);
    expect(file.headers.get('x-repo-commit')).toBe(sha);
    await file.text();
  });

  test('what was denied is refused with the reason', async () => {
    behind.put('meta/evil', { files: { ...files, 'evil.bin': 'x' } });
    const answer = await patiently('/api/models/meta/evil');
    expect([answer.status, answer.headers.get('x-error-code')]).toEqual([403, 'GatedRepo']);
    expect(answer.headers.get('x-error-message')).toContain('denied');
  });

  test('what was recalled is told as that, whichever way it is asked for', async () => {
    const sha = behind.put('meta/bad', { files });
    expect((await patiently('/api/models/meta/bad')).status).toBe(200);
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
    behind.put('meta/moving', { files });
    const first = await patiently('/meta/moving/resolve/main/config.json');
    expect(await first.text()).toBe(files['config.json']);
    behind.put('meta/moving', { files: { ...files, 'config.json': '{"model_type":"newer"}' } });
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
    behind.put('meta/shared', { files });
    const path = '/meta/shared/resolve/main/config.json';
    const answers = await Promise.all([patiently(path), patiently(path), patiently(path)]);
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
    behind.put('meta/kept', { files });
    expect((await patiently('/api/models/meta/kept')).status).toBe(200);
    await hub.release({ name: 'meta/own', files, stage: 'production' });
    await behind.goDown();
    for (const path of [
      'meta/kept/resolve/v1',
      'meta/kept/resolve/main',
      'meta/own/resolve/main',
      'meta/own/resolve/production',
    ]) {
      const answer = await hub.get(`/${path}/config.json`);
      expect([path, answer.status, await answer.text()]).toEqual([path, 200, files['config.json']]);
    }
    const unheard = await hub.get('/meta/own/resolve/v2/config.json', { method: 'HEAD' });
    expect([unheard.status, unheard.headers.get('x-error-message')]).toEqual([
      503,
      expect.stringContaining('ask again'),
    ]);
    await behind.comeBack();
  });

  test('what is nowhere is not there', async () => {
    const answer = await patiently('/api/models/meta/nothing');
    expect([answer.status, answer.headers.get('x-error-code')]).toEqual([404, 'RepoNotFound']);
  });

  test('a model of the company’s own is never asked for outside', async () => {
    await hub.release({ name: 'own/model', files, projectId: await hub.otherProject() });
    const before = behind.requests.length;
    expect((await hub.get('/api/models/own/model')).status).toBe(404);
    expect(behind.requests.length).toBe(before);
  });
});

/** A short way from the examination to the release. */
async function release(registry: Registry, versionId: string): Promise<undefined> {
  const { store, bus } = registry;
  await store.change(async (change) => {
    const rows = await change.sql
      .selectFrom('registry_files')
      .selectAll()
      .where('version_id', '=', versionId)
      .execute();
    const move = { versionId, by: null, atMs: Date.now() };
    if (rows.some(({ path }) => path.startsWith('evil'))) {
      await moveVersion(change, bus, { ...move, to: 'denied' });
      return;
    }
    await change.sql
      .insertInto('registry_files')
      .values(rows.map((row) => ({ ...row, side: 'release' as const })))
      .execute();
    await moveVersion(change, bus, { ...move, to: 'releasing' });
    const revision = Buffer.from(versionId).toString('hex').slice(-40);
    await moveVersion(change, bus, { ...move, to: 'released', set: { revision, released_at: Date.now() } });
  });
  return undefined;
}
