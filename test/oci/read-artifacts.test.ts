import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { listRepositories } from '../../src/registry/oci/catalog.ts';
import { putEvidence } from '../../src/registry/contents/put-evidence.ts';
import { recallVersion } from '../../src/registry/pipeline/recall.ts';
import { describeEachStore } from '../build/store.ts';
import type { MadeVersion } from '../registry/released.ts';
import { type HubServer, startHubServer } from '../server/hub-server.ts';
import { testServer } from '../server/test-server.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const weights = Buffer.from(Array.from({ length: 100_000 }, (_, at) => at % 251));
const config = '{"model_type":"bert"}';
const digestOf = (content: string | Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;
const nowhere = `sha256:${'0'.repeat(64)}`;

const files = { 'config.json': config, 'model.safetensors': weights, 'empty.txt': '', 'sub/übung.md': 'Größe' };

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}
interface Manifest {
  readonly artifactType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly subject?: Descriptor;
}

describeEachStore('released models are read as OCI artifacts', (column) => {
  let hub: HubServer;
  let first: MadeVersion;

  beforeAll(async () => {
    hub = await startHubServer(column);
    const common = { name: 'acme/Bert-base', tags: ['nlp'] };
    first = await hub.release({ ...common, files, stage: 'production' });
    await hub.release({ ...common, files: { ...files, 'README.md': '# two' }, stage: 'staging' });
    await hub.release({ name: 'gpt2', files: { 'config.json': '{}' } });
    await hub.release({ name: 'acme/odd._name', files: { 'config.json': '{}' } });
    await hub.release({ name: 'acme/waiting', files: { 'config.json': '{"waits":1}' }, stays: 'review' });
    const secret = { 'config.json': '{"secret":1}' };
    await hub.release({ name: 'other/secret', files: secret, projectId: await hub.otherProject() });
  });
  afterAll(() => hub.stop());

  const ok = async (path: string, init?: Parameters<HubServer['get']>[1]): Promise<Response> => {
    const answer = await hub.get(path, init ?? {});
    expect({ path, status: answer.status }).toEqual({ path, status: 200 });
    return answer;
  };
  const json = async <T = unknown>(path: string): Promise<T> => (await (await ok(path)).json()) as T;
  const manifest = (reference: string, name = 'acme/bert-base'): Promise<Manifest> =>
    json(`/v2/${name}/manifests/${reference}`);
  const digestAt = async (reference: string, name = 'acme/bert-base'): Promise<string> =>
    String((await ok(`/v2/${name}/manifests/${reference}`)).headers.get('docker-content-digest'));
  const refusal = async (path: string, init: Parameters<HubServer['get']>[1] = {}) => {
    const answer = await hub.get(path, init);
    const { errors } = (await answer.json()) as { errors: { code: string; message: string }[] };
    expect(errors).toHaveLength(1);
    return { status: answer.status, code: errors[0]?.code, message: errors[0]?.message };
  };
  const recall = async (versionId: string, reason: string): Promise<void> => {
    const { registry, owner: by } = hub;
    await registry.store.change((change) =>
      recallVersion(change, registry, { versionId, by, reason, atMs: Date.now() }),
    );
  };

  test('the base answers whoever shows a key, as a password or as a token', async () => {
    const basic = (key: string): RequestInit & { readonly key: null } => ({
      key: null,
      headers: { authorization: `Basic ${Buffer.from(`50%:${key}`).toString('base64')}` },
    });
    for (const path of ['/v2/', '/v2']) {
      await ok(path);
      await ok(path, basic(hub.key));
      for (const init of [{ key: null }, { key: 'nonsense' }, basic('nonsense'), basic('')]) {
        const answer = await hub.get(path, init);
        expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="vouchsafe"']);
        expect(await answer.json()).toMatchObject({ errors: [{ code: 'UNAUTHORIZED' }] });
      }
    }
    const manifests = await ok('/v2/acme/bert-base/manifests/latest', basic(hub.key));
    expect(manifests.headers.get('content-type')).toBe(MANIFEST);
    // Elsewhere a password is no key.
    expect((await hub.get('/api/models', basic(hub.key))).status).toBe(401);
  });

  test('a key that was revoked is no key', async () => {
    const { secret, revoke } = await hub.issueKey();
    await ok('/v2/', { key: secret });
    await revoke();
    expect(await refusal('/v2/gpt2/manifests/latest', { key: secret })).toMatchObject({
      status: 401,
      code: 'UNAUTHORIZED',
      message: expect.stringContaining('revoked') as string,
    });
  });

  test.each(['latest', 'v2', 'staging'])('%s is the second version, by digest as well', async (tag) => {
    const answer = await ok(`/v2/acme/bert-base/manifests/${tag}`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    const digest = digestOf(bytes);
    expect(answer.headers.get('docker-content-digest')).toBe(digest);
    expect(answer.headers.get('content-type')).toBe(MANIFEST);
    const again = await ok(`/v2/acme/bert-base/manifests/${digest}`);
    expect(Buffer.from(await again.arrayBuffer()).equals(bytes)).toBe(true);
    const head = await ok(`/v2/acme/bert-base/manifests/${tag}`, { method: 'HEAD' });
    expect(['docker-content-digest', 'content-length', 'content-type'].map((name) => head.headers.get(name))).toEqual([
      digest,
      String(bytes.length),
      MANIFEST,
    ]);
    expect(await head.text()).toBe('');
  });

  test('a number, a stage and a commit are the first version', async () => {
    const digests = await Promise.all(['v1', 'production', first.revision].map((tag) => digestAt(tag)));
    expect(new Set(digests).size).toBe(1);
    expect(digests[0]).not.toBe(await digestAt('latest'));
  });

  test('everything that a manifest names is there, and is what its digest says', async () => {
    const { artifactType, config: described, layers } = await manifest('v1');
    expect(artifactType).toBe('application/vnd.cncf.model.manifest.v1+json');
    expect(layers.map(({ annotations }) => annotations?.['org.cncf.model.filepath'])).toEqual(
      Object.keys(files).toSorted(),
    );
    for (const { digest, size } of [described, ...layers]) {
      const answer = await ok(`/v2/acme/bert-base/blobs/${digest}`);
      const bytes = Buffer.from(await answer.arrayBuffer());
      expect([digestOf(bytes), bytes.length]).toEqual([digest, size]);
      const head = await ok(`/v2/acme/bert-base/blobs/${digest}`, { method: 'HEAD' });
      const names = ['docker-content-digest', 'content-length', 'content-type', 'accept-ranges'];
      const shown = [digest, String(size), 'application/octet-stream', 'bytes'];
      expect(names.map((name) => head.headers.get(name))).toEqual(shown);
      expect(names.map((name) => answer.headers.get(name))).toEqual(shown);
    }
  });

  test.each([
    ['bytes=0-0', 0, 1],
    ['bytes=10-19', 10, 20],
    ['bytes=99990-', 99_990, 100_000],
    ['bytes=-5', 99_995, 100_000],
  ])('the range %s of a blob', async (range, start, end) => {
    const path = `/v2/acme/bert-base/blobs/${digestOf(weights)}`;
    const answer = await hub.get(path, { headers: { range } });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([206, `bytes ${start}-${end - 1}/100000`]);
    expect(Buffer.from(await answer.arrayBuffer()).equals(weights.subarray(start, end))).toBe(true);
  });

  test('a range of the configuration, and one that is not there', async () => {
    const { config: described } = await manifest('v1');
    const part = await hub.get(`/v2/acme/bert-base/blobs/${described.digest}`, { headers: { range: 'bytes=0-0' } });
    expect([part.status, await part.text()]).toEqual([206, '{']);
    const beyond = await hub.get(`/v2/acme/bert-base/blobs/${digestOf(weights)}`, {
      headers: { range: 'bytes=100000-' },
    });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */100000']);
  });

  test('tags in the order of their bytes, as a whole and page by page', async () => {
    const path = '/v2/acme/bert-base/tags/list';
    const all = ['latest', 'production', 'staging', 'v1', 'v2'];
    expect(await json(path)).toEqual({ name: 'acme/bert-base', tags: all });
    expect(await json(`${path}?last=production`)).toMatchObject({ tags: all.slice(2) });
    expect(await json(`${path}?last=q&n=1`)).toMatchObject({ tags: ['staging'] });
    const seen: string[] = [];
    let next: string | undefined = `${path}?n=2`;
    for (let pages = 0; next !== undefined && pages < 10; pages++) {
      const answer = await ok(next);
      seen.push(...((await answer.json()) as { tags: string[] }).tags);
      next = /^<(\/v2\/[^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    expect(seen).toEqual(all);
    const none = await ok(`${path}?n=0`);
    expect([await none.json(), none.headers.get('link')]).toEqual([{ name: 'acme/bert-base', tags: [] }, null]);
    expect((await ok(`${path}?n=5`)).headers.get('link')).toBeNull();
    for (const query of ['n=x', 'n=-1', `last=${'x'.repeat(300)}`])
      expect(await refusal(`${path}?${query}`)).toMatchObject({ status: 400, code: 'UNSUPPORTED' });
  });

  test('the catalog has what is released, may be read, and can be named', async () => {
    expect(await json('/v2/_catalog')).toEqual({ repositories: ['acme/bert-base', 'gpt2'] });
    const seen: string[] = [];
    let next: string | undefined = '/v2/_catalog?n=1';
    for (let pages = 0; next !== undefined && pages < 10; pages++) {
      const answer = await ok(next);
      seen.push(...((await answer.json()) as { repositories: string[] }).repositories);
      next = /^<(\/v2\/[^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    expect(seen).toEqual(['acme/bert-base', 'gpt2']);
    expect(await json('/v2/_catalog?n=0')).toEqual({ repositories: [] });
    const { secret } = await hub.issueKey(['projects.read']);
    expect(await (await ok('/v2/_catalog', { key: secret })).json()).toEqual({ repositories: [] });
  });

  test('the catalog goes on after a model that is only told by its id, and ends with its caller', async () => {
    const { id } = await hub.registry.store.read
      .selectFrom('registry_models')
      .select('id')
      .where('name', '=', 'acme/Bert-base')
      .executeTakeFirstOrThrow();
    expect(await json(`/v2/_catalog?last=${encodeURIComponent(`=${id}`)}`)).toEqual({ repositories: ['gpt2'] });
    const gone = listRepositories(
      hub.registry,
      { n: null, last: null },
      { maySee: () => true, signal: AbortSignal.abort() },
    );
    await expect(gone).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('documents about a version refer to it', async () => {
    const content = '{"bomFormat":"CycloneDX"}';
    const signature = '{"mediaType":"bundle"}';
    const { versionId } = first;
    await putEvidence(hub.registry, { versionId, kind: 'bom-cyclonedx', name: 'bom.cdx.json', content });
    await putEvidence(hub.registry, { versionId, kind: 'signature', name: 'model.sig', content: signature });
    await putEvidence(hub.registry, { versionId, kind: 'scan-report', name: 'report.json', content: '{"inner":1}' });
    const subject = await digestAt('v1');
    const answer = await ok(`/v2/acme/bert-base/referrers/${subject}`);
    expect(answer.headers.get('content-type')).toBe(INDEX);
    const { manifests } = (await answer.json()) as { manifests: Descriptor[] };
    expect(manifests.map(({ artifactType }) => artifactType)).toEqual([
      'application/vnd.cyclonedx+json',
      'application/vnd.dev.sigstore.bundle.v0.3+json',
    ]);
    const [bom] = manifests;
    const bytes = Buffer.from(await (await ok(`/v2/acme/bert-base/manifests/${bom?.digest}`)).arrayBuffer());
    expect([digestOf(bytes), bytes.length]).toEqual([bom?.digest, bom?.size]);
    const about = JSON.parse(bytes.toString()) as Manifest;
    const { length } = Buffer.from(await (await ok('/v2/acme/bert-base/manifests/v1')).arrayBuffer());
    expect(about.subject).toEqual({ mediaType: MANIFEST, digest: subject, size: length });
    for (const { digest, size } of [about.config, ...about.layers]) {
      const blob = Buffer.from(await (await ok(`/v2/acme/bert-base/blobs/${digest}`)).arrayBuffer());
      expect([digestOf(blob), blob.length]).toEqual([digest, size]);
    }
    expect(about.layers[0]?.digest).toBe(digestOf(content));
    // Documents of other kinds are not given out so, nor in another repository.
    expect(await refusal(`/v2/acme/bert-base/blobs/${digestOf('{"inner":1}')}`)).toMatchObject({
      code: 'BLOB_UNKNOWN',
    });
    expect(await refusal(`/v2/gpt2/blobs/${digestOf(content)}`)).toMatchObject({ code: 'BLOB_UNKNOWN' });
    expect(await refusal(`/v2/gpt2/manifests/${bom?.digest}`)).toMatchObject({ code: 'MANIFEST_UNKNOWN' });
    const filtered = await ok(`/v2/acme/bert-base/referrers/${subject}?artifactType=application/vnd.cyclonedx%2Bjson`);
    expect(filtered.headers.get('oci-filters-applied')).toBe('artifactType');
    expect(await filtered.json()).toMatchObject({ manifests: [{ digest: bom?.digest }] });
  });

  test('nothing refers to a manifest that is not there', async () => {
    const empty = { schemaVersion: 2, mediaType: INDEX, manifests: [] };
    expect(await json(`/v2/gpt2/referrers/${nowhere}`)).toEqual(empty);
    expect(await json(`/v2/gpt2/referrers/${await digestAt('latest', 'gpt2')}`)).toEqual(empty);
    expect(await refusal('/v2/gpt2/referrers/sha256:x')).toMatchObject({ status: 400, code: 'DIGEST_INVALID' });
  });

  test.each([
    ['/v2/gpt2/manifests/v9', 404, 'MANIFEST_UNKNOWN'],
    [`/v2/gpt2/manifests/${nowhere}`, 404, 'MANIFEST_UNKNOWN'],
    ['/v2/gpt2/manifests/.hidden', 404, 'MANIFEST_UNKNOWN'],
    ['/v2/gpt2/manifests/sha512:00', 400, 'DIGEST_INVALID'],
    [`/v2/gpt2/blobs/${nowhere}`, 404, 'BLOB_UNKNOWN'],
    ['/v2/gpt2/blobs/latest', 400, 'DIGEST_INVALID'],
    [`/v2/gpt2/blobs/${digestOf(weights)}`, 404, 'BLOB_UNKNOWN'],
    ['/v2/nobody/nothing/manifests/latest', 404, 'NAME_UNKNOWN'],
    ['/v2/nobody/nothing/tags/list', 404, 'NAME_UNKNOWN'],
    ['/v2/acme/Bert-base/manifests/latest', 400, 'NAME_INVALID'],
    ['/v2/acme/odd._name/manifests/latest', 400, 'NAME_INVALID'],
    ['/v2/a/b/c/manifests/latest', 404, 'UNSUPPORTED'],
    ['/v2/gpt2/blobs/uploads/', 404, 'UNSUPPORTED'],
    ['/v2/gpt2/manifests/', 404, 'MANIFEST_UNKNOWN'],
  ])('%s is answered with %i %s', async (path, status, code) => {
    expect(await refusal(path)).toMatchObject({ status, code });
  });

  test('a name in upper case is told how it is written', async () => {
    const { message } = await refusal('/v2/ACME/Bert-base/tags/list');
    expect(message).toContain('acme/bert-base');
  });

  test('what the caller may not see looks as if it were not there', async () => {
    const digest = digestOf('{"secret":1}');
    const paths = (name: string): string[] => [
      `/v2/${name}/manifests/latest`,
      `/v2/${name}/manifests/${nowhere}`,
      `/v2/${name}/blobs/${digest}`,
      `/v2/${name}/tags/list`,
      `/v2/${name}/referrers/${nowhere}`,
    ];
    const [secret, nothing] = [paths('other/secret'), paths('other/nothing')];
    for (const [at, path] of secret.entries()) {
      const seen = await refusal(path);
      expect(seen).toMatchObject({ status: 404, code: 'NAME_UNKNOWN' });
      expect(await refusal(nothing[at] ?? '')).toEqual(seen);
      expect(await refusal(path, { key: null })).toEqual(await refusal(nothing[at] ?? '', { key: null }));
    }
    expect(await refusal(`/v2/gpt2/blobs/${digest}`)).toMatchObject({ code: 'BLOB_UNKNOWN' });
    const { secret: key } = await hub.issueKey(['projects.read']);
    expect(await refusal('/v2/gpt2/manifests/latest', { key })).toMatchObject({ code: 'NAME_UNKNOWN' });
  });

  test('what is not released is told with its reason, and none of its files is had', async () => {
    for (const tag of ['latest', 'v1'])
      expect(await refusal(`/v2/acme/waiting/manifests/${tag}`)).toEqual({
        status: 403,
        code: 'DENIED',
        message: 'not given out: version 1 of acme/waiting waits for a review',
      });
    expect(await json('/v2/acme/waiting/tags/list')).toEqual({ name: 'acme/waiting', tags: [] });
    expect(await refusal(`/v2/acme/waiting/blobs/${digestOf('{"waits":1}')}`)).toMatchObject({ code: 'BLOB_UNKNOWN' });
  });

  test('a recalled version is gone at once, and says why wherever it is asked for', async () => {
    const { versionId } = await hub.release({ name: 'acme/bad', files: { 'a.json': '[1]', 'b.json': '[2]' } });
    await hub.release({ name: 'acme/bad', files: { 'a.json': '[1]' } });
    const name = 'acme/bad';
    const pinned = await digestAt('v1', name);
    const { config: described } = await manifest('v1', name);
    await putEvidence(hub.registry, { versionId, kind: 'signature', name: 'model.sig', content: '{"bad":1}' });
    const [about] = (await json<{ manifests: Descriptor[] }>(`/v2/${name}/referrers/${pinned}`)).manifests;
    await recall(versionId, 'it phones home — “very” bad\nx-evil: 1');
    const message = expect.stringMatching(
      /^not given out: version 1 of acme\/bad was recalled on \d{4}-\d\d-\d\d: it phones home — “very” bad\\nx-evil: 1$/,
    ) as string;
    const asked = [`manifests/v1`, `manifests/${pinned}`, `blobs/${digestOf('[2]')}`, `blobs/${described.digest}`];
    for (const path of asked) {
      expect(await refusal(`/v2/${name}/${path}`)).toEqual({ status: 403, code: 'DENIED', message });
      const head = await hub.get(`/v2/${name}/${path}`, { method: 'HEAD' });
      const warning = Buffer.from(head.headers.get('warning') ?? '', 'latin1').toString('utf8');
      expect([head.status, head.headers.get('x-evil')]).toEqual([403, null]);
      expect(warning).toMatch(
        /^299 - "not given out: version 1 of acme\/bad was recalled .* home — “very” bad\\\\nx-evil: 1"$/,
      );
    }
    expect(await json(`/v2/${name}/referrers/${pinned}`)).toMatchObject({ manifests: [] });
    expect(await refusal(`/v2/${name}/manifests/${about?.digest}`)).toMatchObject({ code: 'MANIFEST_UNKNOWN' });
    // What another version has as well is still had.
    await ok(`/v2/${name}/blobs/${digestOf('[1]')}`);
    expect(await json(`/v2/${name}/tags/list`)).toMatchObject({ tags: ['latest', 'v2'] });
  });

  test('whoever got the manifest of a version has it, whichever version its files came with', async () => {
    const made = await hub.release({ name: 'acme/shared', files: { 'a.json': '[3]' } });
    await hub.release({ name: 'acme/shared', files: { 'a.json': '[3]' } });
    const holders = async (): Promise<number> => {
      await hub.registry.contents.tally.flush();
      const rows = hub.registry.store.read.selectFrom('registry_downloads').selectAll();
      return (await rows.where('version_id', '=', made.versionId).execute()).length;
    };
    await ok('/v2/acme/shared/manifests/v1', { method: 'HEAD' });
    await ok(`/v2/acme/shared/blobs/${digestOf('[3]')}`);
    expect(await holders()).toBe(0);
    await ok('/v2/acme/shared/manifests/v1');
    expect(await holders()).toBe(1);
  });

  test('a manifest that is not the one that was released is not given out', async () => {
    const { versionId } = await hub.release({ name: 'acme/damaged', files: { 'a.json': '[4]' } });
    await hub.registry.store.change(({ sql }) =>
      sql.updateTable('registry_files').set({ path: 'b.json' }).where('version_id', '=', versionId).execute(),
    );
    expect(await refusal('/v2/acme/damaged/manifests/latest')).toMatchObject({ status: 500, code: 'UNKNOWN' });
  });

  test.each([
    ['POST', '/v2/gpt2/blobs/uploads/'],
    ['POST', `/v2/acme/new/blobs/uploads/?mount=${nowhere}&from=gpt2`],
    ['PATCH', '/v2/gpt2/blobs/uploads/1'],
    ['PUT', '/v2/gpt2/manifests/latest'],
    ['DELETE', '/v2/gpt2/manifests/latest'],
    ['DELETE', `/v2/gpt2/blobs/${nowhere}`],
  ])('%s %s is refused, and says what to use instead', async (method, path) => {
    const body = method === 'DELETE' ? {} : { body: '{', headers: { 'content-type': MANIFEST } };
    for (const key of [hub.key, null]) {
      const answer = await hub.get(path, { method, key, ...body });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      expect(await answer.json()).toMatchObject({
        errors: [{ code: 'UNSUPPORTED', message: expect.stringContaining('vouchsafe push') as string }],
      });
    }
  });

  test.each([
    '/v2/acme/../gpt2/manifests/latest',
    '/v2/acme%2Fbert-base/manifests/latest',
    '/v2/gpt2/manifests/..%2F..%2Fx',
    '/v2/gpt2/manifests/x%00y',
    '/v2/gpt2/manifests/%FF',
    '/v2//gpt2/manifests/latest',
    '/v2/gpt2/manifests/latest/',
    `/v2/gpt2/manifests/${'x'.repeat(5000)}`,
    `/v2/${'x/'.repeat(1000)}manifests/latest`,
    `/v2/gpt2/blobs/sha256:${'0'.repeat(200)}`,
    "/v2/gpt2/tags/list?last='%20or%201=1",
  ])('%s leads nowhere', async (path) => {
    const answer = await hub.get(path);
    expect([200, 400, 404, 414]).toContain(answer.status);
    if (answer.status === 200) expect(path).toMatch(/\.\.\/|last=/);
  });

  test('the log has the route and the principal, never the key', async () => {
    await hub.get('/v2/', {
      key: null,
      headers: { authorization: `Basic ${Buffer.from(`x:${hub.key}`).toString('base64')}` },
    });
    expect(hub.logged()).toContain('"route":"oci.base"');
    expect(hub.logged()).toContain('"route":"oci.blob"');
    expect(hub.logged()).not.toContain(hub.key);
    expect(hub.logged()).not.toContain(Buffer.from(hub.key).toString('base64').slice(8, -8));
  });
});

test('too many requests are told with how long to wait', async () => {
  const server = testServer({ config: { limits: { perAddress: { count: 1, windowSeconds: 60 } } } });
  onTestFinished(() => server.app.close());
  const ask = () => server.app.inject({ method: 'GET', url: '/v2/', headers: { host: 'localhost:4800' } });
  expect((await ask()).statusCode).toBe(401);
  const answer = await ask();
  expect([answer.statusCode, answer.json()]).toMatchObject([429, { errors: [{ code: 'TOOMANYREQUESTS' }] }]);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
});
