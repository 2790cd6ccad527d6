import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { conversionRecordSchema } from '../../src/convert/record-schema.ts';
import { convert, type ConvertResult } from '../../src/node/convert/convert.ts';
import type { ConvertOptions } from '../../src/node/convert/options.ts';
import { verifyConversion } from '../../src/node/convert/verify.ts';
import { safetensors, safetensorsWith } from '../build/tensors.ts';
import { checkpoint, hostileCheckpoint } from './checkpoints.ts';

vi.mock('../../src/node/convert/scan-inputs.ts', async () => ({
  scanInputs: (await import('./scan-here.ts')).scanHere,
}));

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'vouchsafe-folder-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(files: Readonly<Record<string, string | Uint8Array>>, folder = 'in'): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, folder, path)), { recursive: true });
    writeFileSync(join(root, folder, path), content);
  }
  return join(root, folder);
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

const run = (parts: Partial<ConvertOptions> = {}): Promise<ConvertResult> =>
  convert({ inputs: [join(root, 'in')], output: join(root, 'out'), ...parts });

const index = JSON.stringify({
  weight_map: { a: 'pytorch_model-00001-of-00002.bin', b: 'pytorch_model-00002-of-00002.bin' },
});
const shards = {
  'pytorch_model-00001-of-00002.bin': checkpoint({ a: [1, 2, 3, 4] }),
  'pytorch_model-00002-of-00002.bin': checkpoint({ b: [5, 6] }),
  'pytorch_model.bin.index.json': index,
};

describe('a folder', () => {
  // transformers, `_add_variant`: the variant is before the last ending of an index, and before the number of a shard.
  it('has the index of a variant made anew', async () => {
    const weights = { a: 'pytorch_model.fp16-00001-of-00002.bin', b: 'pytorch_model.fp16-00002-of-00002.bin' };
    put({
      ...shards,
      [weights.a]: checkpoint({ a: [1] }),
      [weights.b]: checkpoint({ b: [2] }),
      'pytorch_model.bin.index.fp16.json': JSON.stringify({ weight_map: weights }),
    });
    await run();
    const text = readFileSync(join(root, 'out', 'model.safetensors.index.fp16.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      weight_map: { a: 'model.fp16-00001-of-00002.safetensors', b: 'model.fp16-00002-of-00002.safetensors' },
    });
    expect(filesIn(join(root, 'out'))).not.toContain('pytorch_model.bin.index.fp16.json');
    await convert({ inputs: [join(root, 'in')], output: join(root, 'one'), maxShardBytes: 1000 });
    expect(filesIn(join(root, 'one'))).toEqual([
      'model.fp16.safetensors',
      'model.safetensors',
      'vouchsafe.conversion.json',
    ]);
  });

  it('that is kept from the scan is told as such', async () => {
    put({ 'pytorch_model.bin': checkpoint({ a: [1] }), 'evil.bin': hostileCheckpoint({ a: [1] }) });
    const { copied, record } = await run({ keep: ['evil.bin'] });
    expect(copied).toBe('malicious');
    expect(record.notes.join()).toContain('evil.bin was kept as it is, although it is malicious');
  });

  it('that was converted in place is verified against its backup', async () => {
    const folder = put({ 'pytorch_model.bin': checkpoint({ a: [1] }), 'config.json': '{}' });
    const { recordPath, backup } = await convert({ inputs: [folder], inPlace: true });
    expect(verifyConversion(recordPath, [backup ?? '']).differences).toEqual([]);
  });

  it('that needs nothing keeps its signature and its record when it is converted in place', async () => {
    const folder = put({ 'pytorch_model.bin': checkpoint({ a: [1] }) });
    await convert({ inputs: [folder], inPlace: true });
    const before = filesIn(folder);
    const again = (parts: Partial<ConvertOptions> = {}) => convert({ inputs: [folder], inPlace: true, ...parts });
    put({ 'model.sig': '{}' });
    await expect(again({ deleteOriginals: true })).rejects.toMatchObject({ code: 'nothing-to-convert' });
    expect(filesIn(folder)).toEqual([...before, 'model.sig'].sort());
    put({ 'pytorch_model-2.bin': checkpoint({ a: [1] }) });
    await expect(again()).rejects.toMatchObject({ code: 'backup-exists' });
    await again({ deleteOriginals: true });
    expect(filesIn(folder)).toEqual(['model-2.safetensors', 'model.safetensors', 'vouchsafe.conversion.json']);
  });

  it('becomes a safe one: weights converted, clean files copied, the rest left out with a reason', async () => {
    put({
      ...shards,
      'config.json': '{"model_type": "x"}',
      'evil.py': 'import os\nos.system("x")\n',
      'plain.py': 'def add(a, b):\n    return a + b\n',
      'optimizer.pt': checkpoint({ m: [1] }),
      'sub/pytorch_model.bin': hostileCheckpoint({ w: [7] }),
      'model.sig': '{}',
    });
    const { record, verdict } = await run({ hash: 'all' });
    expect(filesIn(join(root, 'out'))).toEqual([
      'config.json',
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
      'model.safetensors.index.json',
      'plain.py',
      'sub/model.safetensors',
      'vouchsafe.conversion.json',
    ]);
    expect(verdict).toBe('malicious');
    const map = JSON.parse(readFileSync(join(root, 'out/model.safetensors.index.json'), 'utf8')) as {
      weight_map: object;
    };
    expect(map.weight_map).toEqual({ a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' });
    expect(record.leftOut.map(({ path, verdict }) => [path, verdict])).toEqual([
      ['evil.py', 'suspicious'],
      ['model.sig', expect.any(String)],
      ['optimizer.pt', 'clean'],
    ]);
    expect(record.sources.every(({ sha256 }) => sha256 !== null)).toBe(true);
    expect(record.tensors.every(({ sha256 }) => sha256 !== null)).toBe(true);
    const written: unknown = JSON.parse(readFileSync(join(root, 'out/vouchsafe.conversion.json'), 'utf8'));
    expect(conversionRecordSchema.parse(written)).toEqual(record);
    expect(verifyConversion(join(root, 'out/vouchsafe.conversion.json'), [join(root, 'in')]).differences).toEqual([]);
  });

  it('writes nothing on a dry run, and tells the same as the run', async () => {
    put({ ...shards, 'config.json': '{}' });
    const now = new Date(0);
    const dry = await run({ dryRun: true, now });
    expect(existsSync(join(root, 'out'))).toBe(false);
    expect((await run({ now })).record).toEqual(dry.record);
  });

  it('is converted in place, and what went is beside it', async () => {
    const folder = put({ ...shards, 'config.json': '{}', 'evil.py': 'import os\nos.system("x")\n' });
    const { backup } = await convert({ inputs: [folder], inPlace: true });
    expect(filesIn(folder)).toEqual([
      'config.json',
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
      'model.safetensors.index.json',
      'vouchsafe.conversion.json',
    ]);
    expect(filesIn(backup ?? '')).toEqual(['evil.py', ...Object.keys(shards)].sort());
  });

  it('keeps safetensors that are there and leaves out their pickled twin', async () => {
    put({ 'model.safetensors': safetensorsWith(), 'pytorch_model.bin': checkpoint({ w: [1] }) });
    const { record } = await run();
    expect(record.leftOut).toMatchObject([{ path: 'pytorch_model.bin', reason: 'model.safetensors is already there' }]);
    expect(readFileSync(join(root, 'out/model.safetensors'))).toEqual(Buffer.from(safetensorsWith()));
  });

  it('writes safetensors anew with normalize, and leaves out those that mean two things', async () => {
    const unsorted =
      '{"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}';
    const doubled =
      '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}';
    put({
      'x.safetensors': safetensors(unsorted, Uint8Array.of(1, 2)),
      'y.safetensors': safetensors(doubled, Uint8Array.of(1)),
    });
    const { record } = await run({ normalize: true });
    expect(record.tensors.map(({ name, output }) => `${output.path} ${name}`)).toEqual([
      'x.safetensors a',
      'x.safetensors b',
    ]);
    expect(record.leftOut).toMatchObject([{ path: 'y.safetensors', verdict: 'suspicious' }]);
  });

  it('copies what a user keeps, whatever the scan says, and converts training state on demand', async () => {
    put({ 'evil.py': 'import os\nos.system("x")\n', 'optimizer.pt': checkpoint({ m: [1] }) });
    await run({ keep: ['*.py'], trainingState: true });
    expect(filesIn(join(root, 'out'))).toEqual(['evil.py', 'optimizer.safetensors', 'vouchsafe.conversion.json']);
  });

  it.each([
    ['a file elsewhere', '../../in2/x.bin'],
    ['a missing file', 'pytorch_model-00003-of-00003.bin'],
    ['another shard', 'pytorch_model-00001-of-00002.bin'],
  ])('refuses an index that names %s for a tensor (transformers issues 46097, 47176)', async (_, file) => {
    const text = JSON.stringify({ weight_map: { a: 'pytorch_model-00001-of-00002.bin', b: file } });
    put({ ...shards, 'pytorch_model.bin.index.json': text });
    await expect(run()).rejects.toMatchObject({ code: 'index-invalid' });
    expect(existsSync(join(root, 'out'))).toBe(false);
  });

  it('does not follow links that lead out, but those of a Hub cache into its blobs', async () => {
    put({ secret: 'x' }, 'elsewhere');
    put({ hash1: checkpoint({ w: [1] }), hash2: '{}' }, 'models--o--n/blobs');
    const snapshot = join(root, 'models--o--n/snapshots/rev');
    mkdirSync(snapshot, { recursive: true });
    symlinkSync('../../blobs/hash1', join(snapshot, 'pytorch_model.bin'));
    symlinkSync('../../blobs/hash2', join(snapshot, 'config.json'));
    symlinkSync(join(root, 'elsewhere/secret'), join(snapshot, 'leak.txt'));
    const { record } = await convert({ inputs: [snapshot], output: join(root, 'out') });
    expect(filesIn(join(root, 'out'))).toEqual(['config.json', 'model.safetensors', 'vouchsafe.conversion.json']);
    expect(record.leftOut).toMatchObject([
      { path: 'leak.txt', reason: expect.stringContaining('--follow-links') as string },
    ]);
  });

  it('stops at the verdict it is told to stop at, with nothing written', async () => {
    put({ 'pytorch_model.bin': hostileCheckpoint({ w: [1] }) });
    await expect(run({ failOn: 'malicious' })).rejects.toMatchObject({ code: 'verdict-reached' });
    expect(readdirSync(root)).toEqual(['in']);
  });

  it('refuses a file that cannot be read, unless partial results are wanted', async () => {
    put({ 'a.bin': checkpoint({ w: [1] }), 'b.bin': checkpoint({ w: [1] }).subarray(0, 300) });
    const { record } = await run({ allowPartial: true });
    expect(record.outputs.map(({ path }) => path)).toEqual(['a.safetensors']);
    expect(record.leftOut.map(({ path }) => path)).toEqual(['b.bin']);
  });
});

describe('verify', () => {
  const record = (): string => join(root, 'out/vouchsafe.conversion.json');
  const codes = (): string[] => verifyConversion(record(), [join(root, 'in')]).differences.map(({ code }) => code);

  it('finds a byte, a name, metadata and a file that are not what the sources make, without any digest', async () => {
    put({ 'w.bin': checkpoint({ w: [1, 2], v: [3] }), 'config.json': '{}' });
    await run();
    const out = join(root, 'out/w.safetensors');
    const good = readFileSync(out);
    const bad = Buffer.from(good);
    bad[bad.length - 1] = (bad.at(-1) ?? 0) ^ 0x80;
    writeFileSync(out, bad);
    expect(codes()).toEqual(['tensor-differs']);
    writeFileSync(out, Buffer.from(good.toString('latin1').replace('"w"', '"x"'), 'latin1'));
    expect(codes()).toEqual(['tensor-unexpected', 'tensor-missing', 'tensor-missing']);
    writeFileSync(out, Buffer.from(good.toString('latin1').replace('"pt"', '"tf"'), 'latin1'));
    expect(codes()).toEqual(['metadata-unexpected']);
    writeFileSync(out, good);
    writeFileSync(join(root, 'out/config.json'), '[]');
    expect(codes()).toEqual(['output-differs']);
    rmSync(out);
    expect(codes()).toContain('output-unreadable');
  });

  it('refuses a record that leads out of its folder', async () => {
    put({ 'w.bin': checkpoint({ w: [1] }) });
    await run();
    writeFileSync(record(), readFileSync(record(), 'utf8').replaceAll('w.safetensors', '../w.safetensors'));
    expect(() => codes()).toThrow(expect.objectContaining({ code: 'record-invalid' }));
  });
});

describe('verifying against a record that was tampered with', () => {
  const edited = (change: (record: ReturnType<typeof conversionRecordSchema.parse>) => void): string => {
    const place = join(root, 'out', 'vouchsafe.conversion.json');
    const record = conversionRecordSchema.parse(JSON.parse(readFileSync(place, 'utf8')));
    change(record);
    writeFileSync(place, JSON.stringify(record));
    return place;
  };

  it('takes no source but the inputs, whatever the record names', async () => {
    const mine = join(put({ 'm.bin': checkpoint({ a: [1] }) }), 'm.bin');
    const theirs = join(put({ 'm2.bin': checkpoint({ a: [2] }) }, 'evil'), 'm2.bin');
    await convert({ inputs: [theirs], output: join(root, 'out') });
    const record = edited(({ sources: [source], tensors: [tensor] }) => {
      if (source !== undefined) source.path = theirs;
      if (tensor !== undefined) tensor.source.path = theirs;
    });
    expect(verifyConversion(record, [mine]).differences.map(({ code }) => code)).toContain('source-unreadable');
  });

  it('misses what a record is silent about', async () => {
    const folder = put({ 'm.bin': checkpoint({ a: [1] }) });
    await convert({ inputs: [join(folder, 'm.bin')], output: join(root, 'out') });
    const record = edited((one) => Object.assign(one, { sources: [], outputs: [], tensors: [] }));
    for (const input of [folder, join(folder, 'm.bin')]) {
      expect(verifyConversion(record, [input]).differences).not.toEqual([]);
    }
  });

  it('finds a file that no input holds, and an index that says something else', async () => {
    put({ ...shards, 'config.json': '{}' });
    await run();
    const record = edited(({ outputs }) => outputs.push({ path: 'run.py', size: 4, sha256: null }));
    put({ 'run.py': 'evil' }, 'out');
    const place = join(root, 'out', 'model.safetensors.index.json');
    writeFileSync(place, readFileSync(place, 'utf8').replace('"a"', '"c"'));
    expect(verifyConversion(record, [join(root, 'in')]).differences).toEqual([
      expect.objectContaining({ path: 'run.py', detail: 'no input holds it' }),
      expect.objectContaining({ path: 'model.safetensors.index.json', detail: expect.stringMatching(/^c is not in/) }),
      expect.objectContaining({ path: 'model.safetensors.index.json', detail: 'a is not in it' }),
    ]);
  });
});
