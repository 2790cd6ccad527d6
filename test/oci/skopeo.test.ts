import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recallVersion } from '../../src/registry/pipeline/recall.ts';
import { makeTestStores } from '../build/store.ts';
import { type HubServer, startHubServer } from '../server/hub-server.ts';

const hasSkopeo = spawnSync('skopeo', ['--version']).status === 0;
const run = promisify(execFile);

const files = {
  'config.json': '{"model_type":"bert"}',
  'model.safetensors': Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => at % 241)),
  'empty.txt': '',
  'onnx/model int8.onnx': 'onnx',
};
const hex = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

describe.skipIf(!hasSkopeo)('skopeo, a client of OCI registries', () => {
  let hub: HubServer;
  let folder: string;
  let host: string;
  let badId: string;

  beforeAll(async () => {
    const [column] = makeTestStores();
    if (column === undefined) throw new Error('there is no store');
    hub = await startHubServer(column);
    host = new URL(hub.origin).host;
    folder = mkdtempSync(join(tmpdir(), 'vouchsafe-skopeo-'));
    await hub.release({ name: 'acme/Bert', files, stage: 'production' });
    await hub.release({ name: 'acme/Bert', files: { ...files, 'README.md': '# two' } });
    badId = (await hub.release({ name: 'acme/bad', files })).versionId;
    await hub.release({ name: 'acme/waiting', files, stays: 'review' });
    await hub.release({ name: 'other/secret', files, projectId: await hub.otherProject() });
  });
  afterAll(async () => {
    await hub.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const skopeo = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await run('skopeo', ['--command-timeout', '60s', ...args], {
      env: { PATH: process.env['PATH'], HOME: folder },
    });
    return stdout;
  };
  const copy = (what: string, to: string, credentials = ['--src-creds', `x:${hub.key}`]): Promise<string> =>
    skopeo('copy', '--insecure-policy', '--src-tls-verify=false', ...credentials, `docker://${host}/${what}`, to);
  const failure = async (what: string, credentials?: string[]): Promise<string> => {
    const error: unknown = await copy(what, `dir:${join(folder, 'failed')}`, credentials).catch(
      (thrown: unknown) => thrown,
    );
    return String((error as { stderr?: unknown }).stderr);
  };

  test('copies a version, with every file of it as it is', async () => {
    const to = join(folder, 'copy');
    await copy('acme/bert:v1', `dir:${to}`);
    const manifest = readFileSync(join(to, 'manifest.json'));
    const served = await hub.get('/v2/acme/bert/manifests/production');
    expect(`sha256:${hex(manifest)}`).toBe(served.headers.get('docker-content-digest'));
    const { layers, config } = JSON.parse(manifest.toString()) as {
      readonly config: { readonly digest: string };
      readonly layers: readonly { readonly digest: string; readonly annotations: Readonly<Record<string, string>> }[];
    };
    const paths = Object.fromEntries(
      layers.map(({ digest, annotations }) => [annotations['org.opencontainers.image.title'], digest]),
    );
    expect(paths).toEqual(
      Object.fromEntries(Object.entries(files).map(([path, content]) => [path, `sha256:${hex(content)}`])),
    );
    const blobs = readdirSync(to).filter((name) => /^[0-9a-f]{64}$/.test(name));
    expect(blobs.toSorted()).toEqual(
      [config.digest, ...layers.map(({ digest }) => digest)].map((digest) => digest.slice('sha256:'.length)).toSorted(),
    );
    for (const name of blobs) expect(hex(readFileSync(join(to, name)))).toBe(name);
  });

  test('pins a version by its digest', async () => {
    const digest = (await hub.get('/v2/acme/bert/manifests/v1')).headers.get('docker-content-digest');
    const to = join(folder, 'pinned');
    await copy(`acme/bert@${digest}`, `dir:${to}`);
    expect(`sha256:${hex(readFileSync(join(to, 'manifest.json')))}`).toBe(digest);
  });

  test('copies into a layout of OCI images, which checks every size and digest', async () => {
    const to = join(folder, 'layout');
    await copy('acme/bert:latest', `oci:${to}:latest`);
    const { manifests } = JSON.parse(readFileSync(join(to, 'index.json'), 'utf8')) as {
      readonly manifests: readonly { readonly digest: string }[];
    };
    const served = await hub.get('/v2/acme/bert/manifests/latest');
    expect(manifests[0]?.digest).toBe(served.headers.get('docker-content-digest'));
  });

  test('lists tags', async () => {
    const listed = await skopeo(
      'list-tags',
      '--tls-verify=false',
      '--creds',
      `x:${hub.key}`,
      `docker://${host}/acme/bert`,
    );
    expect(JSON.parse(listed)).toMatchObject({ Tags: ['latest', 'production', 'v1', 'v2'] });
  });

  test('prints why something cannot be had', async () => {
    await copy('acme/bad:latest', `dir:${join(folder, 'bad')}`);
    const { registry, owner: by } = hub;
    await registry.store.change((change) =>
      recallVersion(change, registry, { versionId: badId, by, reason: 'it phones home', atMs: Date.now() }),
    );
    expect(await failure('acme/bad:latest')).toMatch(
      /denied: .*version 1 of acme\/bad was recalled on .*: it phones home/,
    );
    expect(await failure('acme/waiting:latest')).toContain('waits for a review');
    expect(await failure('acme/bert:v9')).toContain('manifest unknown');
    const unknown = [await failure('other/secret:latest'), await failure('other/nothing:latest')];
    expect(unknown[0]?.replaceAll('secret', 'nothing').replace(/time="[^"]*"/, '')).toBe(
      unknown[1]?.replace(/time="[^"]*"/, ''),
    );
    expect(unknown[0]).toContain('your key gives no right to it');
    expect(await failure('acme/bert:latest', ['--src-no-creds'])).toMatch(/unauthorized: log in with any user name/);
  });

  test('pushes nothing', async () => {
    const error: unknown = await skopeo(
      'copy',
      '--insecure-policy',
      '--dest-tls-verify=false',
      '--dest-creds',
      `x:${hub.key}`,
      `dir:${join(folder, 'copy')}`,
      `docker://${host}/acme/mine:latest`,
    ).catch((thrown: unknown) => thrown);
    expect(String((error as { stderr?: unknown }).stderr)).toContain('vouchsafe push');
  });
});
