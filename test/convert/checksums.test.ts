import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { convert } from '../../src/node/convert/convert.ts';
import type { ConvertOptions } from '../../src/node/convert/options.ts';
import { verifyConversion } from '../../src/node/convert/verify.ts';
import { f32le } from '../build/bytes.ts';
import { asm } from '../build/pickle.ts';
import { zip } from '../build/zip.ts';

vi.mock('../../src/node/convert/scan-inputs.ts', async () => ({
  scanInputs: (await import('./scan-here.ts')).scanHere,
}));

const LARGE_COUNT = 17_000_000;
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'vouchsafe-checksums-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

interface View {
  readonly key: string;
  readonly offset: number;
  readonly size: readonly number[];
  readonly stride: readonly number[];
}

/** Storages of six floats, and views of them by name; `centralCrc` and `localCrc` are put on storage 0. */
function file(
  views: Readonly<Record<string, View>>,
  crc: { centralCrc?: number; localCrc?: number } = {},
  method: 'stored' | 'deflate' = 'stored',
): string {
  const a = asm().proto(2).emptyDict().mark();
  for (const [name, { key, offset, size, stride }] of Object.entries(views)) {
    a.binunicode(name).global('torch._utils', '_rebuild_tensor_v2').mark();
    a.mark().binunicode('storage').global('torch', 'FloatStorage').binunicode(key).binunicode('cpu');
    a.binint1(6).tuple().binpersid().binint1(offset);
    for (const numbers of [size, stride]) {
      a.mark();
      for (const number of numbers) a.binint1(number);
      a.tuple();
    }
    a.newfalse().global('collections', 'OrderedDict').emptyTuple().reduce().tuple().reduce();
  }
  const place = join(root, 'm.pt');
  const bytes = zip([
    { name: 'm/data.pkl', data: a.setitems().stop().bytes() },
    { name: 'm/byteorder', data: 'little' },
    { name: 'm/data/0', data: f32le(0, 1, 2, 3, 4, 5), method, ...crc },
    { name: 'm/data/1', data: f32le(6, 7, 8, 9, 10, 11) },
    { name: 'm/version', data: '3\n' },
  ]);
  writeFileSync(place, bytes);
  return place;
}

/** One tensor of more bytes than are worth several threads. */
function largeFile(crc: { centralCrc?: number; localCrc?: number } = {}): string {
  const a = asm().proto(2).emptyDict().mark().binunicode('w').global('torch._utils', '_rebuild_tensor_v2').mark();
  a.mark().binunicode('storage').global('torch', 'FloatStorage').binunicode('0').binunicode('cpu');
  a.binint(LARGE_COUNT).tuple().binpersid().binint1(0).mark().binint(LARGE_COUNT).tuple().mark().binint1(1).tuple();
  a.newfalse().global('collections', 'OrderedDict').emptyTuple().reduce().tuple().reduce();
  const place = join(root, 'large.pt');
  const data = new Uint8Array(4 * LARGE_COUNT);
  for (let i = 0; i < data.length; i += 4093) data[i] = i % 251;
  const bytes = zip([
    { name: 'm/data.pkl', data: a.setitems().stop().bytes() },
    { name: 'm/byteorder', data: 'little' },
    { name: 'm/data/0', data, ...crc },
    { name: 'm/version', data: '3\n' },
  ]);
  writeFileSync(place, bytes);
  return place;
}

const view = (key: string, offset: number, size: readonly number[], stride: readonly number[]): View => ({
  key,
  offset,
  size,
  stride,
});
const other = view('1', 0, [6], [1]);
const run = (input: string, parts: Partial<ConvertOptions> = {}) =>
  convert({ inputs: [input], output: join(root, 'out.safetensors'), ...parts });

describe('the CRC-32 that a zip checkpoint states of a storage', () => {
  const wrong = { centralCrc: 0x12345678, localCrc: 0x12345678 };
  const shapes = {
    whole: { a: view('0', 0, [6], [1]), other },
    'in the middle': { a: view('0', 2, [2], [1]), other },
    transposed: { a: view('0', 0, [3, 2], [1, 3]), other },
    tied: { a: view('0', 0, [6], [1]), b: view('0', 0, [6], [1]), other },
  };

  it.each(Object.entries(shapes))('is verified of all its bytes, and nothing is written: %s', async (_, views) => {
    await expect(run(file(views, wrong))).rejects.toMatchObject({ code: 'checksum-mismatch' });
    expect(readdirSync(root)).toEqual(['m.pt']);
    await run(file(views));
    expect(readdirSync(root)).toContain('out.safetensors');
  });

  it('is verified when several threads copy, and what they wrote is what is there', async () => {
    await expect(run(largeFile({ centralCrc: 1, localCrc: 1 }))).rejects.toMatchObject({ code: 'checksum-mismatch' });
    expect(readdirSync(root)).toEqual(['large.pt']);
    const input = largeFile();
    await run(input);
    const record = join(root, 'out.safetensors.conversion.json');
    expect(verifyConversion(record, [input]).differences).toEqual([]);
  });

  it('is verified of a compressed one', async () => {
    const options = { allowCompressed: true };
    await expect(run(file(shapes.whole, wrong, 'deflate'), options)).rejects.toMatchObject({
      code: 'checksum-mismatch',
    });
    await run(file(shapes.whole, {}, 'deflate'), options);
  });

  it('does not matter for a storage that nothing is taken from', async () => {
    await run(file(shapes.whole, wrong), { exclude: ['a'] });
    expect(readdirSync(root)).toContain('out.safetensors');
  });
});

describe('a dropped alias that a record speaks of', () => {
  it('must lie in the tensor that was kept, or it is missing', async () => {
    const source = file({ a: view('0', 0, [6], [1]), b: view('0', 2, [2], [1]), other });
    const { recordPath, record } = await run(source, { dedupe: true });
    expect(record.dropped).toEqual([{ name: 'b', kept: 'a', identical: false }]);
    expect(verifyConversion(recordPath, [source]).differences).toEqual([]);
    const text = readFileSync(recordPath, 'utf8');
    for (const lie of [{ kept: 'other' }, { kept: 'nowhere' }, { kept: 'a', identical: true }]) {
      const dropped = [{ ...record.dropped[0], ...lie }];
      writeFileSync(recordPath, JSON.stringify({ ...(JSON.parse(text) as object), dropped }));
      expect(verifyConversion(recordPath, [source]).differences).toContainEqual(
        expect.objectContaining({ code: 'tensor-missing', tensor: 'b' }),
      );
    }
  });
});
