import { deflateSync } from 'node:zlib';
import { assert, integer, array, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat, f32le, le } from '../../../test/build/bytes.ts';
import { h5Data, type H5Dataset, h5Types } from '../../../test/build/hdf5-data.ts';
import { zip } from '../../../test/build/zip.ts';
import { CodedError } from '../../bytes/errors.ts';
import type { Limits } from '../../bytes/limits.ts';
import { BufferSource } from '../../bytes/source.ts';
import { h5ExternalLink, h5File, h5SoftLink } from '../../rules/examples/hdf5.ts';
import { gather } from '../gather.ts';
import { readTensors } from '../read-tensors.ts';
import type { Tensor, TensorFile } from '../tensor.ts';
import { fletcher32 } from './undo-filters.ts';

const read = (bytes: Uint8Array, name = 'model.h5', limits: Partial<Limits> = {}): TensorFile =>
  readTensors(new BufferSource(bytes), name, { limits });

function bytesOf(tensor: Tensor | undefined): number[] {
  if (tensor === undefined) return [];
  const into = new Uint8Array(tensor.placement.byteLength);
  gather(tensor, 0, into);
  return [...into];
}

const dataset = (parts: Partial<H5Dataset>): Uint8Array => h5Data([{ name: 'w', shape: [2], ...parts }]);
const refusals = (file: TensorFile): unknown => file.refused.map(({ name, code }) => [name, code]);
/** What a writer makes of a chunk of 4-byte elements. */
function shuffled(bytes: Uint8Array): Uint8Array {
  const items = bytes.length / 4;
  return Uint8Array.from(bytes, (_, at) => bytes[(at % items) * 4 + Math.floor(at / items)] ?? 0);
}

describe('data sets', () => {
  const numbers = f32le(1, 2, 3, 4, 5, 6);

  test('contiguous bytes are read where they stand, under the name of the data set', () => {
    const file = read(h5Data([{ name: 'kernel', shape: [2, 3], contiguous: numbers }]));
    const [tensor] = file.tensors;
    expect(tensor).toMatchObject({ name: 'kernel', dtype: 'F32', shape: [2, 3], origin: { member: '/kernel' } });
    expect(tensor?.origin.span).toBeDefined();
    expect(bytesOf(tensor)).toEqual([...numbers]);
  });

  test('compact, big-endian, bfloat16', () => {
    const file = read(
      h5Data([
        { name: 'compact', shape: [6], compact: numbers },
        { name: 'big', shape: [2], type: h5Types.i16be, contiguous: [1, 2, 3, 4] },
        { name: 'brain', shape: [1], type: h5Types.bf16, contiguous: [0x80, 0x3f] },
      ]),
    );
    const byName = new Map(file.tensors.map((tensor) => [tensor.name, tensor]));
    expect(bytesOf(byName.get('compact'))).toEqual([...numbers]);
    expect([byName.get('big')?.dtype, bytesOf(byName.get('big'))]).toEqual(['I16', [2, 1, 4, 3]]);
    expect(byName.get('brain')?.dtype).toBe('BF16');
  });

  test('chunks over the edge, absent ones, a mask that leaves a filter out', () => {
    const chunk = (...values: number[]): Uint8Array => f32le(...values);
    const bytes = h5Data([
      {
        name: 'w',
        shape: [3, 3],
        chunk: [2, 2],
        filters: [{ id: 2, values: [4] }, { id: 1 }],
        fill: f32le(9),
        chunks: [
          { at: [0, 0], data: deflateSync(shuffled(chunk(1, 2, 4, 5))) },
          { at: [0, 2], data: shuffled(chunk(3, -1, 6, -1)), mask: 2 },
          { at: [2, 2], data: chunk(8, -1, -1, -1), mask: 3 },
        ],
      },
    ]);
    expect(bytesOf(read(bytes).tensors[0])).toEqual([...f32le(1, 2, 3, 4, 5, 6, 9, 9, 8)]);
  });

  test('Fletcher checksums are verified (H5_checksum_fletcher32), in both byte orders that were written', () => {
    const data = f32le(1, 2);
    const sum = fletcher32(data);
    const swapped = (((sum & 0xff00ff) << 8) | ((sum >>> 8) & 0xff00ff)) >>> 0;
    const file = (checksum: number): Uint8Array =>
      dataset({ chunk: [2], filters: [{ id: 3 }], chunks: [{ at: [0], data: concat(data, le(checksum, 4)) }] });
    expect(bytesOf(read(file(sum)).tensors[0])).toEqual([...data]);
    expect(bytesOf(read(file(swapped)).tensors[0])).toEqual([...data]);
    expect(() => bytesOf(read(file(sum + 1)).tensors[0])).toThrow(/checksum/);
  });

  test('a second name of one object shares its storage', () => {
    const file = read(h5Data([{ name: 'w', shape: [6], contiguous: numbers }], { aliases: { tied: 'w' } }));
    expect(file.tensors.map(({ name }) => name).sort()).toEqual(['tied', 'w']);
    expect(new Set(file.tensors.map(({ storage }) => storage)).size).toBe(1);
  });

  test('weights inside a .keras file', () => {
    const weights = h5Data([{ name: 'vars', shape: [6], contiguous: numbers }]);
    for (const method of ['stored', 'deflate'] as const) {
      const members = [
        { name: 'config.json', data: '{}' },
        { name: 'model.weights.h5', data: weights, method },
      ];
      const file = read(zip(members), 'model.keras');
      expect(file.tensors[0]).toMatchObject({ name: 'vars', origin: { member: 'model.weights.h5:/vars' } });
      expect(bytesOf(file.tensors[0])).toEqual([...numbers]);
      expect(file.omitted).toEqual([{ path: 'config.json', what: 'a file beside the weights' }]);
    }
  });
});

describe('what is not followed, told or believed', () => {
  test('external storage (CVE-2026-1669), virtual data sets, filters, text', () => {
    const file = read(
      h5Data([
        { name: 'outside', shape: [2], isExternal: true },
        { name: 'virtual', shape: [2], isVirtual: true },
        { name: 'szip', shape: [2], chunk: [2], filters: [{ id: 4 }] },
        { name: 'text', shape: [2], type: h5Types.text, contiguous: 'helloworld' },
      ]),
    );
    expect(file.tensors).toEqual([]);
    expect(new Map(file.refused.map(({ name, code }) => [name, code]))).toEqual(
      new Map([
        ['outside', 'external-data'],
        ['virtual', 'external-data'],
        ['szip', 'filter-unsupported'],
      ]),
    );
    expect(file.omitted).toEqual([{ path: 'text', what: 'a data set of text' }]);
  });

  test('links to names and to other files', () => {
    const links = [h5SoftLink('soft', '/w'), h5ExternalLink('passwd', '/etc/passwd', '/')];
    const file = read(h5File({ messages: links }));
    expect(file.omitted).toEqual([{ path: 'soft', what: 'a link to /w' }]);
    expect(refusals(file)).toEqual([['passwd', 'external-data']]);
  });

  test('a shape bomb (CVE-2026-0897), and many below the floor of 4 GiB that Keras allows each', () => {
    expect(refusals(read(dataset({ shape: [2n ** 40n] })))).toEqual([['w', 'expansion-exceeded']]);
    const many = Array.from({ length: 40 }, (_, i) => ({ name: `w${i}`, shape: [2 ** 20] }));
    const file = read(h5Data(many));
    const declared = file.tensors.reduce((sum, { placement }) => sum + placement.byteLength, 0);
    expect(declared).toBe(64 * 1024 * 1024);
    expect(new Set(file.refused.map(({ code }) => code))).toEqual(new Set(['expansion-exceeded']));
  });

  test('chunks that expand far, or into more than their chunk', () => {
    const bomb = deflateSync(new Uint8Array(2 ** 26));
    const far = { shape: [2 ** 26], type: h5Types.u8, chunk: [2 ** 26], filters: [{ id: 1 }] };
    const limits = { maxDatasetExpansion: 10 };
    const chunks = [{ at: [0], data: bomb }];
    expect(refusals(read(dataset({ ...far, chunks }), 'a.h5', { ...limits, maxUnbackedBytes: 0 }))).toEqual([
      ['w', 'expansion-exceeded'],
    ]);
    const small = { shape: [64], type: h5Types.u8, chunk: [64], filters: [{ id: 1 }], chunks };
    expect(() => bytesOf(read(dataset(small)).tensors[0])).toThrow(/chunk of 64 bytes/);
  });

  test('chunks or data sets that share bytes', () => {
    const shared = dataset({
      shape: [4],
      chunk: [2],
      chunks: [
        { at: [0], data: f32le(1, 2) },
        { at: [2], data: [], sameAs: 0 },
      ],
    });
    expect(() => read(shared)).toThrow(expect.objectContaining({ code: 'inconsistent' }));
    const overlapping = h5Data([
      { name: 'a', shape: [2], contiguous: f32le(1, 2) },
      { name: 'b', shape: [2], claimedAddress: 4, claimedBytes: 8 },
      { name: 'c', shape: [2], claimedAddress: 8, claimedBytes: 8 },
    ]);
    expect(() => read(overlapping)).toThrow(expect.objectContaining({ code: 'inconsistent' }));
  });

  test('two chunks for one place, and data of another size than the shape', () => {
    const twice = dataset({ chunk: [2], chunks: [0, 1].map(() => ({ at: [0], data: f32le(1, 2) })) });
    expect(() => read(twice)).toThrow(expect.objectContaining({ code: 'ambiguous' }));
    expect(() => read(dataset({ contiguous: f32le(1, 2, 3) }))).toThrow(
      expect.objectContaining({ code: 'inconsistent' }),
    );
  });

  test('what was never written and has no fill value', () => {
    expect(refusals(read(dataset({ fill: null })))).toEqual([['w', 'without-data']]);
    expect(bytesOf(read(dataset({ fill: f32le(7) })).tensors[0])).toEqual([...f32le(7, 7)]);
    expect(bytesOf(read(dataset({})).tensors[0])).toEqual([...f32le(0, 0)]);
  });
});

const zoo = h5Data([
  { name: 'a', shape: [2, 3], contiguous: f32le(1, 2, 3, 4, 5, 6) },
  {
    name: 'b',
    shape: [3],
    chunk: [2],
    filters: [{ id: 2, values: [4] }, { id: 1 }, { id: 3 }],
    chunks: [0, 2].map((at) => {
      const packed = deflateSync(shuffled(f32le(at, at + 1)));
      return { at: [at], data: concat(packed, le(fletcher32(packed), 4)) };
    }),
  },
]);

function readAll(bytes: Uint8Array): void {
  for (const tensor of read(bytes, 'a.h5', { maxUnbackedBytes: 65_536 }).tensors) bytesOf(tensor);
}

test('truncated at each offset, the numbers that are told are those that were written', () => {
  const whole = new Map(read(zoo).tensors.map((tensor) => [tensor.name, bytesOf(tensor)]));
  for (let length = 0; length < zoo.length; length += 1) {
    try {
      const { tensors } = read(zoo.subarray(0, length));
      for (const tensor of tensors) expect(bytesOf(tensor), `cut at ${length}`).toEqual(whole.get(tensor.name));
    } catch (error) {
      expect(error, `cut at ${length}`).toBeInstanceOf(CodedError);
    }
  }
});

test('random damage only yields typed errors', () => {
  const edit = array(integer({ min: 0, max: zoo.length * 256 - 1 }), { minLength: 1, maxLength: 6 });
  assert(
    property(edit, (edits) => {
      const mutant = zoo.slice();
      for (const number of edits) mutant[Math.floor(number / 256)] = number % 256;
      try {
        readAll(mutant);
      } catch (error) {
        expect(error).toBeInstanceOf(CodedError);
      }
    }),
    { numRuns: 800 },
  );
});

test('a tree of chunks whose nodes follow each other without end', () => {
  const bytes = dataset({ chunk: [2], chunks: [{ at: [0], data: f32le(1, 2) }] });
  const tree = new TextDecoder('latin1').decode(bytes).indexOf('TREE');
  const nodes = 60_000;
  const nodeBytes = 24 + 2 * 24 + 8;
  const chain = new Uint8Array(bytes.length + nodes * nodeBytes);
  chain.set(bytes);
  const view = new DataView(chain.buffer);
  for (let i = -1; i < nodes; i += 1) {
    const at = i < 0 ? tree : bytes.length + i * nodeBytes;
    chain.set(bytes.subarray(tree, tree + 24 + 24), at);
    chain[at + 5] = 1;
    view.setBigUint64(at + 24 + 24, BigInt(bytes.length + (i + 1) * nodeBytes), true);
  }
  view.setBigUint64(28, BigInt(chain.length), true);
  expect(() => read(chain)).toThrow('found type 1, level 1');
});
