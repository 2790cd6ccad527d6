import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  checkRepoAccess,
  countCommits,
  downloadFile,
  fileDownloadInfo,
  fileExists,
  HubApiError,
  listCommits,
  listFiles,
  listModels,
  modelInfo,
  pathsInfo,
  repoExists,
  snapshotDownload,
  uploadFile,
  whoAmI,
} from '@huggingface/hub';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { recallVersion } from '../../src/registry/pipeline/recall.ts';
import { makeTestStores } from '../build/store.ts';
import type { MadeVersion } from '../registry/released.ts';
import { type HubServer, startHubServer } from '../server/hub-server.ts';

/** A folder with `@huggingface/transformers` in its `node_modules`: with its runtimes it is too large to install for every test run. */
const TRANSFORMERS = process.env['VOUCHSAFE_TEST_HF_TRANSFORMERS'] ?? '';

const weights = Buffer.from(Array.from({ length: 1_500_000 }, (_, at) => at % 253));
const vocabulary = Object.fromEntries(
  ['[UNK]', '[CLS]', '[SEP]', '[PAD]', 'hello', 'world'].map((word, at) => [word, at]),
);
const tokenizer = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: { type: 'Lowercase' },
  pre_tokenizer: { type: 'Whitespace' },
  post_processor: null,
  decoder: null,
  model: { type: 'WordLevel', vocab: vocabulary, unk_token: '[UNK]' },
};
const files = {
  'config.json': JSON.stringify({ model_type: 'bert', architectures: ['BertModel'], hidden_size: 8 }),
  'tokenizer.json': JSON.stringify(tokenizer),
  'tokenizer_config.json': JSON.stringify({ tokenizer_class: 'PreTrainedTokenizerFast', unk_token: '[UNK]' }),
  'model.safetensors': weights,
  'empty.txt': '',
  'onnx/model int8.onnx': 'onnx',
};
const repo = 'acme/bert';

let hub: HubServer;
let made: MadeVersion;
let folder: string;

beforeAll(async () => {
  const [column] = makeTestStores();
  if (column === undefined) throw new Error('there is no store');
  hub = await startHubServer(column);
  made = await hub.release({ name: repo, files, licence: 'MIT', tags: ['nlp'] });
  folder = mkdtempSync(join(tmpdir(), 'vouchsafe-hub-'));
});
afterAll(async () => {
  await hub.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('@huggingface/hub', () => {
  const means = () => ({ hubUrl: hub.origin, accessToken: `hf_${hub.key}` });

  test('knows who it is, and which models there are', async () => {
    expect(await whoAmI(means())).toMatchObject({ name: 'trainer', auth: { accessToken: { role: 'read' } } });
    const names: string[] = [];
    for await (const { name } of listModels({ ...means(), search: { query: 'bert', tags: ['nlp'] } })) names.push(name);
    expect(names).toEqual([repo]);
    await checkRepoAccess({ ...means(), repo });
    const info = await modelInfo({ ...means(), name: repo, additionalFields: ['sha', 'tags', 'filePaths'] });
    expect(info).toMatchObject({ name: repo, sha: made.revision, tags: ['nlp', 'license:mit'] });
    expect(info.filePaths).toHaveLength(6);
  });

  test('lists files, paths and commits', async () => {
    const found: string[] = [];
    for await (const { type, path } of listFiles({ ...means(), repo, recursive: true, expand: true })) {
      found.push(`${type} ${path}`);
    }
    expect(found).toEqual([
      'file config.json',
      'file empty.txt',
      'file model.safetensors',
      'directory onnx',
      'file onnx/model int8.onnx',
      'file tokenizer.json',
      'file tokenizer_config.json',
    ]);
    const [info] = await pathsInfo({ ...means(), repo, paths: ['model.safetensors'], expand: true });
    expect(info).toMatchObject({ size: weights.length, lastCommit: { id: made.revision } });
    const commits: string[] = [];
    for await (const { oid } of listCommits({ ...means(), repo })) commits.push(oid);
    expect(commits).toEqual([made.revision]);
    expect(await countCommits({ ...means(), repo })).toBe(1);
    expect(await repoExists({ ...means(), repo })).toBe(true);
    expect(await repoExists({ ...means(), repo: 'acme/nothing' })).toBe(false);
  });

  test('downloads whole files and parts of them, and nothing where there is nothing', async () => {
    const info = await fileDownloadInfo({ ...means(), repo, path: 'model.safetensors' });
    expect(info).toMatchObject({ size: weights.length });
    expect(info?.xet).toBeUndefined();
    const blob = await downloadFile({ ...means(), repo, path: 'model.safetensors', revision: 'v1' });
    const part = await blob?.slice(1_000_000, 1_000_100).arrayBuffer();
    expect(Buffer.from(part ?? new ArrayBuffer()).equals(weights.subarray(1_000_000, 1_000_100))).toBe(true);
    expect(Buffer.from((await blob?.arrayBuffer()) ?? new ArrayBuffer()).equals(weights)).toBe(true);
    expect(await downloadFile({ ...means(), repo, path: 'missing.bin' })).toBeNull();
    expect(await fileExists({ ...means(), repo, path: 'config.json' })).toBe(true);
    expect(await fileExists({ ...means(), repo, path: 'missing.bin' })).toBe(false);
  });

  test('downloads a snapshot, with empty files and odd names', async () => {
    const quiet = vi.spyOn(console, 'debug').mockReturnValue();
    const path = await snapshotDownload({ ...means(), repo, cacheDir: folder });
    quiet.mockRestore();
    expect(path).toContain(made.revision);
    for (const [name, content] of Object.entries(files)) {
      expect(readFileSync(join(path, name)).equals(Buffer.from(content))).toBe(true);
    }
  });

  test('throws what the server says', async () => {
    const bad = await hub.release({ name: 'acme/bad', files: { 'config.json': '{}' } });
    const { registry, owner: by } = hub;
    const recall = { versionId: bad.versionId, by, reason: 'it phones home', atMs: Date.now() };
    await registry.store.change((change) => recallVersion(change, registry, recall));
    const messageOf = async (work: Promise<unknown>): Promise<unknown> => work.then(String, (error: unknown) => error);
    const recalled = await messageOf(downloadFile({ ...means(), repo: 'acme/bad', path: 'config.json' }));
    expect(recalled).toBeInstanceOf(HubApiError);
    expect(recalled).toMatchObject({ statusCode: 410, message: expect.stringContaining('it phones home') as string });
    expect(await messageOf(modelInfo({ ...means(), name: 'acme/nothing' }))).toMatchObject({ statusCode: 404 });
    expect(await messageOf(modelInfo({ hubUrl: hub.origin, name: repo }))).toMatchObject({ statusCode: 401 });
    const file = { path: 'x.txt', content: new Blob(['x']) };
    expect(await messageOf(uploadFile({ ...means(), repo, file }))).toMatchObject({
      statusCode: 403,
      message: expect.stringContaining('vouchsafe push') as string,
    });
  });
});

interface Transformers {
  readonly env: Record<string, unknown>;
  readonly AutoConfig: { from_pretrained(name: string): Promise<{ readonly model_type: string }> };
  readonly AutoTokenizer: { from_pretrained(name: string): Promise<(text: string) => Promise<TokenizedText>> };
}
interface TokenizedText {
  readonly input_ids: { tolist(): bigint[][] };
}

describe.skipIf(!existsSync(join(TRANSFORMERS, 'node_modules', '@huggingface', 'transformers')))(
  '@huggingface/transformers (VOUCHSAFE_TEST_HF_TRANSFORMERS)',
  () => {
    test('loads a configuration and a tokenizer', async () => {
      const path = createRequire(join(TRANSFORMERS, 'package.json')).resolve('@huggingface/transformers');
      const { env, AutoConfig, AutoTokenizer } = (await import(path)) as Transformers;
      env['remoteHost'] = hub.origin;
      env['allowLocalModels'] = false;
      env['useFSCache'] = false;
      // It sends tokens to huggingface.co alone.
      env['fetch'] = (url: string, init: RequestInit = {}) => {
        const headers = new Headers(init.headers);
        headers.set('authorization', `Bearer ${hub.key}`);
        return fetch(url, { ...init, headers });
      };
      expect(await AutoConfig.from_pretrained(repo)).toMatchObject({ model_type: 'bert' });
      const tokenize = await AutoTokenizer.from_pretrained(repo);
      expect((await tokenize('Hello world')).input_ids.tolist()).toEqual([[4n, 5n]]);
      await expect(AutoConfig.from_pretrained('acme/nothing')).rejects.toThrow(/Could not locate file|acme\/nothing/);
    });
  },
);
