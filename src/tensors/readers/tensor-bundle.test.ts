import { describe, expect, test } from 'vitest';
import { f32le } from '../../../test/build/bytes.ts';
import {
  codeOfReading,
  contentOf,
  expectMutationsTold,
  expectTruncationsTold,
  readBytesAs,
  refusalsOf,
} from '../../../test/build/read-all.ts';
import { bundleIndex, type BundleOptions, type BundleVariable } from '../../../test/build/tensor-bundle.ts';
import { BufferSource } from '../../bytes/source.ts';
import { crc32c } from '../../formats/media/crc32c.ts';

const numbers = f32le(1, 2, 3, 4, 5, 6);
const opened: string[] = [];
const openBeside = (name: string): BufferSource | undefined => {
  opened.push(name);
  return /^ckpt\.data-\d{5}-of-\d{5}$/.test(name) ? new BufferSource(numbers) : undefined;
};
const bias: BundleVariable = { name: 'layer/bias', shape: [2], offset: 16, data: numbers.subarray(16) };
const two: readonly BundleVariable[] = [
  bias,
  { name: 'layer/kernel', shape: [2, 2], offset: 0, data: numbers.subarray(0, 16) },
];
const index = (variables: readonly BundleVariable[] = two, options: BundleOptions = {}): Uint8Array =>
  bundleIndex(variables, options);
const options = { openBeside };

test('CRC-32C of the check string (RFC 3720, B.4), also in two pieces', () => {
  const check = new TextEncoder().encode('123456789');
  expect(crc32c(check)).toBe(0xe306_9283);
  expect(crc32c(check.subarray(4), crc32c(check.subarray(0, 4)))).toBe(0xe306_9283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a91_36aa);
});

test('variables are read from the data file beside the index, under their own names', () => {
  const file = readBytesAs(index(), 'dir/ckpt.index', options);
  expect(file.tensors.map(({ name, dtype, shape, origin }) => [name, dtype, shape, origin])).toEqual([
    ['layer/bias', 'F32', [2], { member: 'ckpt.data-00000-of-00001', span: { start: 16, end: 24 } }],
    ['layer/kernel', 'F32', [2, 2], { member: 'ckpt.data-00000-of-00001', span: { start: 0, end: 16 } }],
  ]);
  expect(file.tensors.map(contentOf)).toEqual([[...numbers.subarray(16)], [...numbers.subarray(0, 16)]]);
});

test('shards, big-endian numbers, axes of size 0', () => {
  const far = { ...bias, shard: 2 };
  expect(readBytesAs(index([far], { shards: 3 }), 'ckpt.index', options).tensors[0]?.origin.member).toBe(
    'ckpt.data-00002-of-00003',
  );
  const swapped = readBytesAs(index(two, { bigEndian: true }), 'ckpt.index', options).tensors[0];
  expect(contentOf(swapped).slice(0, 4)).toEqual([...numbers.subarray(16, 20)].toReversed());
  const none = readBytesAs(index([{ name: 'e', shape: [0, 3], offset: 0, data: [] }]), 'ckpt.index', options)
    .tensors[0];
  expect([none?.shape, contentOf(none)]).toEqual([[0, 3], []]);
});

test('text and the object graph are left out, partitioned and unknown variables refused', () => {
  const file = readBytesAs(
    index([
      { name: '_CHECKPOINTABLE_OBJECT_GRAPH', dtype: 7, shape: [], offset: 0, data: numbers.subarray(0, 8) },
      { name: 'part', shape: [2], offset: 0, data: numbers.subarray(0, 8), hasSlices: true },
      { name: 'qint', dtype: 11, shape: [2], offset: 0, data: numbers.subarray(0, 2) },
    ]),
    'ckpt.index',
    options,
  );
  expect(file.omitted).toEqual([{ path: '_CHECKPOINTABLE_OBJECT_GRAPH', what: 'text' }]);
  expect(refusalsOf(file)).toEqual([
    ['part', 'layout-unknown'],
    ['qint', 'dtype-unsupported'],
  ]);
});

test('a data file that is not there, and an index whose name says nothing of it', () => {
  const codes = ['layer/bias', 'layer/kernel'].map((name) => [name, 'external-data']);
  expect(refusalsOf(readBytesAs(index(), 'other.index', options))).toEqual(codes);
  opened.length = 0;
  expect(refusalsOf(readBytesAs(index(), 'ckpt', options))).toEqual(codes);
  expect(opened).toEqual([]);
});

describe('contradictions', () => {
  const first = bias;
  test.each([
    ['a wrong checksum', [{ ...first, crc: 1 }], 'malformed'],
    ['another size than the shape has', [{ ...first, shape: [3] }], 'inconsistent'],
    ['past the end of the data file', [{ ...first, offset: 20 }], 'inconsistent'],
    ['a data file that is none of them', [{ ...first, shard: 1 }], 'inconsistent'],
    ['two variables in one place', [first, { ...first, name: 'layer/c' }], 'inconsistent'],
    ['one name twice', [first, first], 'ambiguous'],
    ['a negative axis', [{ ...first, shape: [-2] }], 'inconsistent'],
  ] as const)('%s', (_, variables, code) => {
    expect(codeOfReading(index(variables), 'ckpt.index', options)).toBe(code);
  });
});

test('truncated at each offset', () => {
  expectTruncationsTold(index(), 'ckpt.index', options);
});

test('random damage only yields typed errors', () => {
  expectMutationsTold(index(), 'ckpt.index', options);
});
