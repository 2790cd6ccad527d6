import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { f32le } from '../../test/build/bytes.ts';
import { BufferSource } from '../bytes/source.ts';
import { type CompareOptions, type Comparison, compareTensors, isSame, type NamedTensors } from './compare.ts';
import { gather } from './gather.ts';
import type { Tensor } from './tensor.ts';

function tensor(
  name: string,
  shape: readonly number[],
  bytes: Uint8Array,
  more: Partial<Tensor & Tensor['placement']> = {},
): Tensor {
  const { dtype = 'F32', strides, itemBytes = 4 } = more;
  const placement = { source: new BufferSource(bytes), offset: 0, itemBytes, byteLength: bytes.length, strides };
  return { name, dtype, shape, placement, storage: undefined, origin: { member: '', span: undefined } };
}

const named = (...tensors: readonly Tensor[]): NamedTensors => new Map(tensors.map((one) => [one.name, one]));

function digest(one: Tensor): string {
  const bytes = new Uint8Array(one.placement.byteLength);
  gather(one, 0, bytes);
  return createHash('sha256').update(bytes).digest('hex');
}

const compare = (a: NamedTensors, b: NamedTensors, options: Partial<CompareOptions> = {}): Comparison =>
  compareTensors(a, b, { digest, ...options });

test('placements do not matter, bytes in C order do', () => {
  const a = named(tensor('w', [2, 3], f32le(1, 2, 3, 4, 5, 6)));
  const b = named(tensor('w', [2, 3], f32le(1, 4, 2, 5, 3, 6), { strides: [1, 2] }));
  const result = compare(a, b);
  expect([result.equal, isSame(result)]).toEqual([1, true]);
});

test('tells the first element that differs, and how far numbers are apart when asked', () => {
  const a = named(tensor('w', [2, 3], f32le(1, 2, 3, 4, 5, 6)));
  const b = named(tensor('w', [2, 3], f32le(1, 2, 3, 4, 5.5, 7)));
  expect(compare(a, b).different).toMatchObject([{ name: 'w', first: [1, 1] }]);
  expect(compare(a, b).different[0]?.values).toBeUndefined();
  const values = { unequal: 2, beyond: 2, maxDistance: 1, meanDistance: 0.25, count: 6 };
  expect(compare(a, b, { values: true }).different).toMatchObject([{ values }]);
});

test('numbers within the tolerance count as equal, NaN as NaN, and infinity only as itself', () => {
  const a = named(tensor('w', [3], f32le(1, Number.NaN, Number.POSITIVE_INFINITY)));
  const near = named(tensor('w', [3], f32le(1.001, Number.NaN, Number.POSITIVE_INFINITY)));
  const far = named(tensor('w', [3], f32le(1, Number.NaN, Number.NEGATIVE_INFINITY)));
  const options = { values: true, tolerance: { absolute: 0.01, relative: 0 } };
  expect(isSame(compare(a, near))).toBe(false);
  expect(compare(a, near, options)).toMatchObject({ equal: 0, different: [], close: [{ name: 'w' }] });
  expect(isSame(compare(a, far, options))).toBe(false);
});

test('other dtypes and shapes are differences, whatever the numbers', () => {
  const a = named(tensor('w', [2], f32le(1, 2)));
  const half = named(tensor('w', [2], Uint8Array.of(0x00, 0x3c, 0x00, 0x40), { dtype: 'F16', itemBytes: 2 }));
  const result = compare(a, half, { values: true, tolerance: { absolute: 1, relative: 0 } });
  expect(result.different).toMatchObject([{ a: { dtype: 'F32' }, b: { dtype: 'F16' }, values: { unequal: 0 } }]);
  expect(compare(a, named(tensor('w', [1, 2], f32le(1, 2)))).different).toHaveLength(1);
});

test('finds tensors under another name, each once', () => {
  const same = f32le(1, 2);
  const a = named(tensor('a', [2], same), tensor('b', [2], same), tensor('gone', [2], f32le(3, 4)));
  const b = named(tensor('x', [2], same), tensor('new', [1], f32le(9)));
  const result = compare(a, b);
  expect(result).toMatchObject({ renamed: [{ a: 'a', b: 'x' }], onlyA: ['b', 'gone'], onlyB: ['new'] });
});

test('a difference in the last byte of a tensor larger than a piece', () => {
  const bytes = new Uint8Array(3 * 1024 * 1024 + 4);
  const other = bytes.slice();
  other[other.length - 1] = 1;
  const size = bytes.length / 4;
  const result = compare(named(tensor('w', [size], bytes)), named(tensor('w', [size], other)));
  expect(result.different).toMatchObject([{ first: [size - 1] }]);
});
