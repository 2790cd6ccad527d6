import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recallVersion } from '../../src/registry/pipeline/recall.ts';
import { describeEachStore } from '../build/store.ts';
import type { MadeVersion } from '../registry/released.ts';
import { type HubServer, startHubServer } from '../server/hub-server.ts';

const weights = Buffer.from(Array.from({ length: 100_000 }, (_, at) => at % 251));
const config = '{"model_type":"bert"}';
const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

const files = {
  'config.json': config,
  'model.safetensors': weights,
  'empty.txt': '',
  'onnx/model.onnx': 'onnx',
  'onnx/quantised/model int8.onnx': 'int8',
  'übung/größe+1.txt': 'Größe',
};

/** Written to lead somewhere else, or to be too much. */
const deviousPaths = [
  '/acme/Bert-base/resolve/main/../../../etc/passwd',
  '/acme/Bert-base/resolve/main/%2e%2e/x',
  '/acme/Bert-base/resolve/main/..%2F..%2Fx',
  '/acme/Bert-base/resolve/main/x%00y',
  '/acme/Bert-base/resolve/main/x%5Cy',
  '/acme/Bert-base/resolve/main//config.json',
  '/acme/Bert-base/resolve/main/%2Fetc%2Fpasswd',
  '/acme/Bert-base/resolve/main/%FF',
  '/acme%2FBert-base/resolve/main/config.json%2F..',
  `/acme/${'x'.repeat(5000)}/resolve/main/config.json`,
  `/acme/Bert-base/resolve/${'x'.repeat(5000)}/config.json`,
  `/acme/Bert-base/resolve/main/${'x/'.repeat(2000)}y`,
  '/api/models/..%2F..%2Fx',
  '/api/models/acme/Bert-base/tree/main/..%2Fx',
  '/api/models/acme/Bert-base/tree/main?cursor=%FF&limit=x',
  '/api/models/a/b/c/d/e',
];

describeEachStore('the hub interface reads models', (column) => {
  let hub: HubServer;
  let first: MadeVersion;
  let second: MadeVersion;

  beforeAll(async () => {
    hub = await startHubServer(column);
    const common = { name: 'acme/Bert-base', licence: 'Apache-2.0', tags: ['nlp'] };
    first = await hub.release({ ...common, files, message: 'First one\n\nfor tests', stage: 'production' });
    second = await hub.release({ ...common, files: { ...files, 'README.md': '# two' }, stage: 'staging' });
    await hub.release({ name: 'gpt2', files: { 'config.json': '{}' } });
    await hub.release({ name: 'acme/waiting', files, stays: 'review' });
    await hub.release({ name: 'other/secret', files, projectId: await hub.otherProject() });
  });
  afterAll(() => hub.stop());

  const json = async <T = Record<string, unknown>>(path: string, init?: RequestInit): Promise<T> => {
    const answer = await hub.get(path, init ?? {});
    expect({ path, status: answer.status }).toEqual({ path, status: 200 });
    return (await answer.json()) as T;
  };
  const refusal = async (path: string, init: Parameters<HubServer['get']>[1] = {}) => {
    const answer = await hub.get(path, init);
    await answer.body?.cancel();
    return {
      status: answer.status,
      code: answer.headers.get('x-error-code'),
      message: answer.headers.get('x-error-message'),
    };
  };

  test('who shows the key', async () => {
    expect(await json('/api/whoami-v2')).toMatchObject({
      name: 'trainer',
      orgs: [],
      auth: { accessToken: { displayName: 'laptop', role: 'read', createdAt: expect.any(String) as string } },
    });
  });

  test('a key with hf_ before it, as some clients want it, is the same key', async () => {
    expect(await hub.statusOf('/api/whoami-v2', { key: `hf_${hub.key}` })).toBe(200);
    expect(await hub.statusOf('/api/whoami-v2', { key: `hf_x${hub.key}` })).toBe(401);
  });

  test('a model at its newest revision', async () => {
    const info = await json<{ siblings: unknown[] }>('/api/models/acme/Bert-base');
    expect(info).toMatchObject({
      id: 'acme/Bert-base',
      author: 'acme',
      sha: second.revision,
      private: true,
      gated: false,
      disabled: false,
      tags: ['nlp', 'license:apache-2.0'],
      cardData: { license: 'Apache-2.0' },
    });
    expect(info.siblings).toHaveLength(7);
    expect(info.siblings).toContainEqual({ rfilename: 'onnx/model.onnx' });
  });

  test('with blobs the files have sizes and digests, and the pointer that Git LFS would have', async () => {
    const info = await json<{ siblings: unknown[] }>('/api/models/acme/Bert-base?blobs=True&securityStatus=True');
    const digest = sha256(config);
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${digest}\nsize 21\n`;
    expect(info.siblings).toContainEqual({
      rfilename: 'config.json',
      size: 21,
      blobId: createHash('sha1').update(`blob ${pointer.length}\0${pointer}`).digest('hex'),
      lfs: { sha256: digest, size: 21, pointerSize: pointer.length },
    });
    expect(info).toMatchObject({ securityRepoStatus: { scansDone: true, filesWithIssues: [] } });
  });

  test.each(['main', 'HEAD', 'refs%2Fheads%2Fmain', 'refs/heads/main', 'v2', 'refs%2Ftags%2Fv2', 'staging'])(
    'revision %s is the second version',
    async (revision) => {
      expect(await json(`/api/models/acme/Bert-base/revision/${revision}`)).toMatchObject({ sha: second.revision });
    },
  );

  test('a number, a stage, a commit and the beginning of one are the first version', async () => {
    for (const revision of ['v1', 'production', first.revision, first.revision.slice(0, 7)]) {
      expect(await json(`/api/models/acme/Bert-base/revision/${revision}`)).toMatchObject({ sha: first.revision });
    }
  });

  test.each(['v3', 'development', 'none', 'refs%2Fpr%2F1', 'deadbeef', '%25', 'x'.repeat(100)])(
    'there is no revision %s',
    async (revision) => {
      expect(await refusal(`/api/models/acme/Bert-base/revision/${revision}`)).toMatchObject({
        status: 404,
        code: 'RevisionNotFound',
      });
    },
  );

  test('names have any case, and need no namespace', async () => {
    expect(await json('/api/models/ACME/bert-BASE')).toMatchObject({ id: 'acme/Bert-base' });
    expect(await json('/api/models/gpt2')).toMatchObject({ id: 'gpt2' });
    expect(await json('/api/models/gpt2/tree/main')).toMatchObject([{ path: 'config.json' }]);
    expect(await hub.statusOf('/gpt2/resolve/main/config.json')).toBe(200);
  });

  test('a tree level by level, and whole', async () => {
    type Entries = { path: string; type: string; size: number }[];
    const top = await json<Entries>('/api/models/acme/Bert-base/tree/v1');
    expect(top.map(({ path, type }) => `${type} ${path}`)).toEqual([
      'file config.json',
      'file empty.txt',
      'file model.safetensors',
      'directory onnx',
      'directory übung',
    ]);
    for (const folder of ['onnx', 'onnx/']) {
      const below = await json<Entries>(`/api/models/acme/Bert-base/tree/v1/${encodeURIComponent(folder)}`);
      expect(below.map(({ path }) => path)).toEqual(['onnx/model.onnx', 'onnx/quantised']);
    }
    const deeper = await json<Entries>('/api/models/acme/Bert-base/tree/v1/onnx%2Fquantised?expand=true');
    expect(deeper).toMatchObject([
      {
        path: 'onnx/quantised/model int8.onnx',
        lastCommit: { id: first.revision, title: 'First one' },
        securityFileStatus: { status: 'safe' },
      },
    ]);
    const whole = await json<Entries>('/api/models/acme/Bert-base/tree/v1?recursive=True');
    expect(whole).toHaveLength(9);
    expect(await refusal('/api/models/acme/Bert-base/tree/v1/nothing')).toMatchObject({
      status: 404,
      code: 'EntryNotFound',
    });
  });

  test('a tree page by page is the whole tree', async () => {
    const paths: string[] = [];
    let next: string | undefined = '/api/models/acme/Bert-base/tree/main?recursive=true&limit=2';
    for (let pages = 0; next !== undefined && pages < 20; pages++) {
      const answer = await hub.get(next);
      const page = (await answer.json()) as { path: string }[];
      expect(page.length).toBeLessThanOrEqual(2);
      paths.push(...page.map(({ path }) => path));
      const link = /^<(http[^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
      next = link?.replace(hub.origin, '');
    }
    const whole = await json<{ path: string }[]>('/api/models/acme/Bert-base/tree/main?recursive=true');
    expect(paths).toEqual(whole.map(({ path }) => path));
  });

  test('what is known of some paths, asked with a form or with JSON', async () => {
    const paths = ['config.json', 'onnx', 'nothing', '../x'];
    const form = new URLSearchParams([...paths.map((path): [string, string] => ['paths', path]), ['expand', 'False']]);
    const path = '/api/models/acme/Bert-base/paths-info/main';
    const byForm = await json(path, { method: 'POST', body: form });
    const byJson = await json(path, {
      method: 'POST',
      body: JSON.stringify({ paths }),
      headers: { 'content-type': 'application/json' },
    });
    expect(byForm).toMatchObject([
      { path: 'config.json', type: 'file', size: 21 },
      { path: 'onnx', type: 'directory' },
    ]);
    expect(byJson).toEqual(byForm);
    expect(
      await refusal(path, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }),
    ).toMatchObject({ status: 400 });
  });

  test('references and commits are the released versions', async () => {
    expect(await json('/api/models/acme/Bert-base/refs')).toEqual({
      branches: [
        { name: 'main', ref: 'refs/heads/main', targetCommit: second.revision },
        { name: 'staging', ref: 'refs/heads/staging', targetCommit: second.revision },
        { name: 'production', ref: 'refs/heads/production', targetCommit: first.revision },
      ],
      converts: [],
      tags: [
        { name: 'v2', ref: 'refs/tags/v2', targetCommit: second.revision },
        { name: 'v1', ref: 'refs/tags/v1', targetCommit: first.revision },
      ],
      pullRequests: [],
    });
    expect(await json('/api/models/acme/Bert-base/commits/main')).toMatchObject([
      { id: second.revision, title: 'version 2', authors: [{ user: 'Owner' }] },
      { id: first.revision, title: 'First one', message: 'for tests' },
    ]);
    const page = await hub.get('/api/models/acme/Bert-base/commits/main?limit=1');
    await page.body?.cancel();
    expect(page.headers.get('x-total-count')).toBe('2');
    const next = /^<(http[^>]+)>/.exec(page.headers.get('link') ?? '')?.[1] ?? '';
    expect(await json(next.replace(hub.origin, ''))).toMatchObject([{ id: first.revision }]);
    expect(await json('/api/models/acme/Bert-base/commits/production')).toHaveLength(1);
  });

  test('the list has what is released and may be read, by words, author and tags', async () => {
    const ids = async (query: string): Promise<string[]> =>
      (await json<{ id: string }[]>(`/api/models${query}`)).map(({ id }) => id);
    expect(await ids('')).toEqual(['acme/Bert-base', 'gpt2']);
    expect(await ids('?sort=lastModified&expand=downloads&expand=likes')).toEqual(['gpt2', 'acme/Bert-base']);
    expect(await ids('?search=BERT')).toEqual(['acme/Bert-base']);
    expect(await ids('?search=%25')).toEqual([]);
    expect(await ids('?author=acme')).toEqual(['acme/Bert-base']);
    expect(await ids('?filter=nlp&filter=license:apache-2.0')).toEqual(['acme/Bert-base']);
    expect(await ids('?filter=nl')).toEqual([]);
    for (const sort of ['', '&sort=lastModified']) {
      const page = await hub.get(`/api/models?limit=1${sort}`);
      const next = /^<(http[^>]+)>/.exec(page.headers.get('link') ?? '')?.[1] ?? '';
      const [one] = (await page.json()) as { id: string }[];
      const rest = await ids(next.replace(`${hub.origin}/api/models`, ''));
      expect([one?.id, ...rest].toSorted()).toEqual(['acme/Bert-base', 'gpt2']);
    }
    expect(await refusal('/api/models?cursor=x')).toMatchObject({ status: 400 });
  });

  test('a file whole, with what clients cache it by; HEAD says the same', async () => {
    const path = '/acme/Bert-base/resolve/main/model.safetensors';
    const [got, head] = [await hub.get(path), await hub.get(path, { method: 'HEAD' })];
    expect(sha256(Buffer.from(await got.arrayBuffer()))).toBe(sha256(weights));
    const names = [
      'etag',
      'x-linked-etag',
      'x-linked-size',
      'x-repo-commit',
      'content-length',
      'accept-ranges',
      'content-disposition',
      'content-type',
    ];
    const shown = (answer: Response) => names.map((name) => answer.headers.get(name));
    expect(shown(got)).toEqual([
      `"${sha256(weights)}"`,
      `"${sha256(weights)}"`,
      '100000',
      second.revision,
      '100000',
      'bytes',
      `attachment; filename="model.safetensors"; filename*=UTF-8''model.safetensors`,
      'application/octet-stream',
    ]);
    expect(shown(head)).toEqual(shown(got));
    expect(head.headers.get('x-xet-hash')).toBeNull();
  });

  test.each([
    ['bytes=0-0', 0, 1],
    ['bytes=10-19', 10, 20],
    ['bytes=99990-', 99_990, 100_000],
    ['bytes=-5', 99_995, 100_000],
    ['bytes=99999-200000', 99_999, 100_000],
  ])('the range %s', async (range, start, end) => {
    const answer = await hub.get(`/acme/Bert-base/resolve/${first.revision}/model.safetensors`, { headers: { range } });
    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/100000`);
    expect(answer.headers.get('x-linked-size')).toBe('100000');
    expect(Buffer.from(await answer.arrayBuffer()).equals(weights.subarray(start, end))).toBe(true);
  });

  test('a range that is not there, one of another content, and one of nothing', async () => {
    const path = '/acme/Bert-base/resolve/main/model.safetensors';
    const beyond = await hub.get(path, { headers: { range: 'bytes=100000-' } });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */100000']);
    const changed = await hub.get(path, { headers: { range: 'bytes=0-0', 'if-range': '"other"' } });
    expect([changed.status, (await changed.arrayBuffer()).byteLength]).toEqual([200, 100_000]);
    const nothing = await hub.get('/acme/Bert-base/resolve/main/empty.txt', { headers: { range: 'bytes=0-0' } });
    expect([nothing.status, nothing.headers.get('content-range')]).toEqual([200, 'bytes */0']);
  });

  test('HEAD tells of the whole file, whatever part and encoding a client asks for; of several parts there is the whole', async () => {
    const path = '/acme/Bert-base/resolve/main/model.safetensors';
    const headers = { range: 'bytes=0-0', 'accept-encoding': 'gzip, br, zstd' };
    const head = await hub.get(path, { method: 'HEAD', headers });
    expect([head.status, head.headers.get('content-length'), head.headers.get('content-encoding')]).toEqual([
      200,
      '100000',
      null,
    ]);
    const parts = await hub.get(path, { headers: { range: 'bytes=0-0,5-6' } });
    expect([parts.status, (await parts.arrayBuffer()).byteLength]).toEqual([200, 100_000]);
  });

  test('what clients ask beside is no obstacle: fields to expand, a cursor of nothing, a path alone', async () => {
    expect(await json('/api/models/acme/Bert-base/revision/v1?expand=sha&expand=siblings')).toMatchObject({
      sha: first.revision,
      siblings: expect.arrayContaining([{ rfilename: 'config.json' }]) as unknown,
    });
    expect(await json('/api/models/acme/Bert-base?expand[]=likes')).toMatchObject({ likes: 0 });
    expect(await json('/api/models/acme/Bert-base/tree/v1?recursive=true&expand=true&cursor=')).toHaveLength(9);
    const body = JSON.stringify({ paths: 'onnx/model.onnx', expand: 'true' });
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    expect(
      await json('/api/models/acme/Bert-base/paths-info/refs%2Fheads%2Fmain', { method: 'POST', body, headers }),
    ).toMatchObject([{ path: 'onnx/model.onnx', lastCommit: { id: second.revision } }]);
    expect(await json('/acme/Bert-base/resolve/main/config.json?download=true')).toEqual({ model_type: 'bert' });
  });

  test('what a client has already is not sent again', async () => {
    const path = '/acme/Bert-base/resolve/main/config.json';
    for (const tag of [`"${sha256(config)}"`, `W/"${sha256(config)}"`, `"x", "${sha256(config)}"`, '*']) {
      const answer = await hub.get(path, { headers: { 'if-none-match': tag } });
      expect([answer.status, await answer.text()]).toEqual([304, '']);
    }
    expect(await hub.statusOf(path, { headers: { 'if-none-match': '"x"' } })).toBe(200);
  });

  test('names of files in any script, encoded as clients do', async () => {
    for (const path of ['übung/größe+1.txt', 'onnx/quantised/model int8.onnx']) {
      const plain = await hub.get(`/acme/Bert-base/resolve/main/${encodeURI(path)}`);
      const encoded = await hub.get(`/acme/Bert-base/resolve/main/${encodeURIComponent(path)}`);
      expect([plain.status, encoded.status]).toEqual([200, 200]);
      expect(await plain.text()).toBe(files[path as keyof typeof files]);
    }
  });

  test('a file that is missing is told with the commit, so that clients remember it', async () => {
    const answer = await hub.get('/acme/Bert-base/resolve/main/adapter_config.json', { method: 'HEAD' });
    expect([answer.status, answer.headers.get('x-error-code'), answer.headers.get('x-repo-commit')]).toEqual([
      404,
      'EntryNotFound',
      second.revision,
    ]);
  });

  test('what is not released is told with its reason to whoever may see it, and is nowhere', async () => {
    const message = expect.stringContaining('version 1 of acme/waiting waits for a review') as string;
    for (const path of [
      '/api/models/acme/waiting',
      '/acme/waiting/resolve/main/config.json',
      '/acme/waiting/resolve/v1/config.json',
    ]) {
      expect(await refusal(path)).toEqual({ status: 403, code: 'GatedRepo', message });
    }
    expect(await json('/api/models/acme/waiting/refs')).toMatchObject({ branches: [], tags: [] });
  });

  test('what the caller may not see looks as if it were not there', async () => {
    const paths = (name: string) => [
      `/api/models/${name}`,
      `/api/models/${name}/tree/main`,
      `/api/models/${name}/refs`,
      `/${name}/resolve/main/config.json`,
    ];
    const [secret, nothing] = [paths('other/secret'), paths('other/nothing')];
    for (const [at, path] of secret.entries()) {
      const seen = await refusal(path);
      expect(seen).toMatchObject({ status: 404, code: 'RepoNotFound' });
      expect(await refusal(nothing[at] ?? '')).toEqual(seen);
      expect(await refusal(path, { key: null })).toMatchObject({ status: 401, code: 'RepoNotFound' });
    }
    expect(await refusal('/api/models', { key: null })).toMatchObject({ status: 401 });
  });

  test('a key that is limited to something else reads nothing', async () => {
    const { secret } = await hub.issueKey(['projects.read']);
    expect(await refusal('/api/models/gpt2', { key: secret })).toMatchObject({ status: 404, code: 'RepoNotFound' });
    const list = await hub.get('/api/models', { key: secret });
    expect(await list.json()).toEqual([]);
  });

  test('a key that was revoked is told as clients know it', async () => {
    const { secret, revoke } = await hub.issueKey();
    expect(await hub.statusOf('/gpt2/resolve/main/config.json', { key: secret })).toBe(200);
    await revoke();
    const answer = await hub.get('/gpt2/resolve/main/config.json', { key: secret });
    expect([answer.status, answer.headers.get('x-error-code'), answer.headers.get('x-error-message')]).toEqual([
      401,
      null,
      'Invalid credentials in Authorization header',
    ]);
    const { error } = (await answer.json()) as { error: string };
    expect(error).toContain('revoked');
    for (const key of ['nonsense', 'hf_abc']) {
      expect((await refusal('/gpt2/resolve/main/config.json', { key })).message).toBe(
        'Invalid credentials in Authorization header',
      );
    }
  });

  test('a recalled version is gone at once, and says why to HEAD too', async () => {
    const { modelId, versionId, revision } = await hub.release({ name: 'acme/bad', files });
    expect(await hub.statusOf('/acme/bad/resolve/main/config.json')).toBe(200);
    const { registry, owner: by } = hub;
    const reason = 'it phones home — “very” bad\nx-evil: 1';
    await registry.store.change((change) =>
      recallVersion(change, registry, { versionId, by, reason, atMs: Date.now() }),
    );
    expect(modelId).not.toBe('');
    for (const at of ['main', 'v1', revision, revision.slice(0, 10)]) {
      for (const method of ['HEAD', 'GET']) {
        const answer = await hub.get(`/acme/bad/resolve/${at}/config.json`, { method });
        expect([answer.status, answer.headers.get('x-error-code'), answer.headers.get('x-evil')]).toEqual([
          410,
          'RevisionNotFound',
          null,
        ]);
        const message = Buffer.from(answer.headers.get('x-error-message') ?? '', 'latin1').toString('utf8');
        expect(message).toMatch(
          /version 1 of acme\/bad was recalled on \d{4}-\d\d-\d\d: it phones home — “very” bad\\nx-evil: 1$/,
        );
      }
    }
    expect(await json('/api/models?search=bad')).toEqual([]);
  });

  test.each([
    ['POST', '/api/repos/create'],
    ['DELETE', '/api/repos/delete'],
    ['POST', '/api/models/acme/Bert-base/commit/main'],
    ['POST', '/api/models/acme/Bert-base/preupload/main'],
    ['PUT', '/api/models/acme/Bert-base/settings'],
    ['DELETE', '/api/models/acme/Bert-base/branch/main'],
    ['POST', '/acme/Bert-base.git/info/lfs/objects/batch'],
    ['POST', '/api/validate-yaml'],
  ])('%s %s is refused, and says what to use instead', async (method, path) => {
    for (const type of ['application/json', 'application/x-ndjson', 'multipart/form-data; boundary=x']) {
      const answer = await hub.get(path, { method, body: '{', headers: { 'content-type': type } });
      expect([answer.status, answer.headers.get('x-error-message')]).toEqual([
        403,
        expect.stringContaining('vouchsafe push'),
      ]);
    }
  });

  test.each([
    '/api/datasets/acme/data',
    '/api/spaces/acme/app',
    '/datasets/acme/data/resolve/main/x.csv',
    '/api/models/acme/Bert-base/xet-read-token/main',
    '/api/resolve-cache/models/acme/Bert-base/main/config.json',
    '/api/models/acme/Bert-base/discussions',
  ])('%s is nothing here', async (path) => {
    expect(await hub.statusOf(path)).toBe(404);
  });

  test.each(deviousPaths.map((path) => ({ path, title: path.slice(0, 60) })))(
    '$title leads nowhere',
    async ({ path }) => {
      const { status } = await rawGet(hub, path);
      expect([200, 400, 404, 414]).toContain(status);
      if (status === 200) expect(path).toContain('cursor');
    },
  );

  test('the log has the route and the principal, never the key', async () => {
    await hub.get('/gpt2/resolve/main/config.json');
    expect(hub.logged()).toContain('"route":"hub.file"');
    expect(hub.logged()).not.toContain(hub.key);
  });
});

/** As it is written: `fetch` would tidy the path. */
async function rawGet(hub: HubServer, path: string): Promise<{ readonly status: number }> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const { port, host } = new URL(hub.origin);
    const sent = request(
      { host: '127.0.0.1', port, path, headers: { host, authorization: `Bearer ${hub.key}` }, agent: false },
      (answer) => {
        answer.resume();
        resolve({ status: answer.statusCode ?? 0 });
      },
    );
    sent.once('error', reject);
    sent.end();
  });
}
