import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recallVersion } from '../../src/registry/pipeline/recall.ts';
import { makeTestStores } from '../build/store.ts';
import type { MadeVersion } from '../registry/released.ts';
import { type HubServer, startHubServer } from '../server/hub-server.ts';
import { startPullingHub } from './pulling-hub.ts';

/** An interpreter with huggingface_hub. */
const PYTHON = [process.env['VOUCHSAFE_TEST_HF_PYTHON'], process.env['VOUCHSAFE_PYTHON'], 'python3'].find(
  (python) => python !== undefined && spawnSync(python, ['-c', 'import huggingface_hub']).status === 0,
);

const files = {
  'config.json': '{"model_type":"bert"}',
  'model.safetensors': Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 241)),
  'empty.txt': '',
  'onnx/model int8.onnx': 'onnx',
};
const hex = (content: string | Buffer): string => Buffer.from(content).toString('hex');
const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

interface Failure {
  readonly kind: string;
  readonly message: string;
}

describe.skipIf(PYTHON === undefined)('huggingface_hub (VOUCHSAFE_TEST_HF_PYTHON)', () => {
  let hub: HubServer;
  let made: MadeVersion;
  let folder: string;
  let found: Record<string, unknown>;

  beforeAll(async () => {
    const [column] = makeTestStores();
    if (column === undefined) throw new Error('there is no store');
    hub = await startHubServer(column);
    folder = mkdtempSync(join(tmpdir(), 'vouchsafe-hub-'));
    made = await hub.release({ name: 'acme/bert', files, stage: 'production' });
    await hub.release({ name: 'acme/waiting', files, stays: 'review' });
    await hub.release({ name: 'acme/bad', files });
    await run('acme/bert', 'acme/bad');
    const { registry, owner: by } = hub;
    const bad = await registry.store.read
      .selectFrom('registry_models')
      .select('released_version_id as id')
      .where('name', '=', 'acme/bad')
      .executeTakeFirstOrThrow();
    await registry.store.change((change) =>
      recallVersion(change, registry, { versionId: String(bad.id), by, reason: 'it phones home', atMs: Date.now() }),
    );
    found = await run('acme/bert', 'acme/bad');
  }, 120_000);
  afterAll(async () => {
    await hub.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(...names: readonly [string, string]): Promise<Record<string, unknown>> {
    const [repo, bad] = names;
    const { stdout } = await promisify(execFile)(
      PYTHON ?? '',
      [join(import.meta.dirname, 'read-models.py'), repo, join(folder, 'cache'), bad],
      {
        maxBuffer: 16 * 1024 * 1024,
        env: {
          PATH: process.env['PATH'],
          HOME: folder,
          HF_HOME: join(folder, 'home'),
          HF_ENDPOINT: hub.origin,
          HF_TOKEN: hub.key,
          HF_HUB_DISABLE_PROGRESS_BARS: '1',
          HF_HUB_DISABLE_TELEMETRY: '1',
        },
      },
    );
    return JSON.parse(stdout) as Record<string, unknown>;
  }
  const failureOf = (name: string): Failure => found[name] as Failure;

  test('downloads a snapshot and single files', () => {
    const contents = Object.fromEntries(Object.entries(files).map(([name, content]) => [name, hex(content)]));
    expect(found['snapshot']).toEqual(contents);
    expect(found['one']).toBe(hex('onnx'));
    expect(found['fs']).toBe(files['config.json']);
  });

  test('knows who it is, the model, its files and its revisions', () => {
    expect(found).toMatchObject({
      who: 'trainer',
      models: ['acme/bert'],
      sha: made.revision,
      private: true,
      siblings: Object.fromEntries(Object.entries(files).map(([name, content]) => [name, sha256(content)])),
      tree: ['config.json', 'empty.txt', 'model.safetensors', 'onnx', 'onnx/model int8.onnx'],
      folder: ['onnx/model int8.onnx'],
      paths: ['config.json', 'onnx'],
      refs: ['main', 'production'],
      commits: [made.revision],
      exists: [true, false, false],
      access: true,
    });
  });

  test('raises its own kinds of errors', () => {
    expect(failureOf('missing').kind).toBe('RemoteEntryNotFoundError');
    expect(failureOf('revision').kind).toBe('RevisionNotFoundError');
    expect(failureOf('repository').kind).toBe('RepositoryNotFoundError');
    expect(failureOf('waiting')).toMatchObject({
      kind: 'GatedRepoError',
      message: expect.stringContaining('waits for a review') as string,
    });
    expect(failureOf('token')).toMatchObject({
      kind: 'HfHubHTTPError',
      message: expect.stringContaining('Invalid credentials') as string,
    });
    expect(failureOf('write').message).toContain('vouchsafe push');
  });

  test('does not fall back to its cache when a version was recalled, and prints why', () => {
    for (const name of ['recalled', 'recalledFile']) {
      expect(failureOf(name)).toMatchObject({
        kind: 'RevisionNotFoundError',
        message: expect.stringContaining('it phones home') as string,
      });
    }
  });
});

/** Prints what a client hears of models that nobody asked for before. */
const ASK_FIRST = `
import json
from huggingface_hub import HfApi, hf_hub_download
from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError
api = HfApi()
def kind(work):
    try:
        return work() or 'fine'
    except (GatedRepoError, RepositoryNotFoundError) as error:
        return type(error).__name__
print(json.dumps({
    'check': kind(lambda: api.auth_check('meta/fresh')),
    'refs': [ref.name for ref in api.list_repo_refs('meta/other').branches],
    'tag': open(hf_hub_download('meta/tagged', 'config.json', revision='v1')).read(),
    'denied': kind(lambda: api.auth_check('meta/evil')),
    'nothing': kind(lambda: api.list_repo_refs('meta/nothing')),
}))
`;

describe.skipIf(PYTHON === undefined)('huggingface_hub, of models that are only on the hub behind', () => {
  test('checks a right, lists references and follows a tag', { timeout: 60_000 }, async () => {
    const [column] = makeTestStores();
    if (column === undefined) throw new Error('there is no store');
    const hub = await startPullingHub(column);
    const home = mkdtempSync(join(tmpdir(), 'vouchsafe-hub-'));
    for (const name of ['meta/fresh', 'meta/other', 'meta/tagged']) {
      hub.behind.put(name, { files: { 'config.json': 'newest' } });
    }
    hub.behind.put('meta/tagged', { files: { 'config.json': 'tagged' }, revision: 'v1' });
    hub.behind.put('meta/evil', { files: { 'evil.bin': 'x' } });
    const env = { PATH: process.env['PATH'], HOME: home, HF_HOME: home, HF_ENDPOINT: hub.origin, HF_TOKEN: hub.key };
    try {
      const { stdout } = await promisify(execFile)(PYTHON ?? '', ['-c', ASK_FIRST], { env });
      expect(JSON.parse(stdout)).toEqual({
        check: 'fine',
        refs: ['main'],
        tag: 'tagged',
        denied: 'GatedRepoError',
        nothing: 'RepositoryNotFoundError',
      });
    } finally {
      await hub.stop();
      rmSync(home, { recursive: true, force: true });
    }
  });
});
