import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decoderOf } from '../values/decode.ts';
import { valueTable } from '../values/tables.ts';
import { collectorFor, type TensorStats } from './tensor-stats.ts';

function statsOf(dtype: string, bytes: Uint8Array, pieceBytes = bytes.length, withHistogram = false): TensorStats {
  const collector = collectorFor(dtype, withHistogram);
  if (collector === undefined) throw new Error(`${dtype} has no numbers`);
  // Pieces are copied, as they start at the beginning of a buffer when a tensor is read.
  for (let at = 0; at < bytes.length; at += pieceBytes) collector.add(bytes.slice(at, at + pieceBytes));
  return collector.result();
}

const bytesOf = (array: Float32Array | Float64Array | BigInt64Array | BigUint64Array | Int32Array): Uint8Array =>
  new Uint8Array(array.buffer);

describe('values of small floats', () => {
  test.each([
    ['F16', 0x3c00, 1],
    ['F16', 0xc000, -2],
    ['F16', 0x7bff, 65_504],
    ['F16', 0x0001, 2 ** -24],
    ['F16', 0x7c00, Number.POSITIVE_INFINITY],
    ['F16', 0x7e00, Number.NaN],
    ['BF16', 0x3f80, 1],
    ['BF16', 0xff80, Number.NEGATIVE_INFINITY],
    ['F8_E4M3', 0x7e, 448],
    ['F8_E4M3', 0x7f, Number.NaN],
    ['F8_E4M3', 0x38, 1],
    ['F8_E5M2', 0x7b, 57_344],
    ['F8_E5M2', 0x7c, Number.POSITIVE_INFINITY],
    ['F8_E4M3FNUZ', 0x7f, 240],
    ['F8_E4M3FNUZ', 0x80, Number.NaN],
    ['F8_E5M2FNUZ', 0x7f, 57_344],
    ['F8_E8M0', 127, 1],
    ['F8_E8M0', 255, Number.NaN],
    ['F4', 0x7, 6],
    ['F4', 0x9, -0.5],
  ])('%s 0x%s is %s (OCP OFP8, OCP MX, IEEE 754)', (dtype, code, value) => {
    expect(valueTable(dtype)?.[code]).toBe(value);
  });

  test('bfloat16 is the upper half of a 32-bit float, for every code', () => {
    const table = valueTable('BF16') as Float64Array;
    const float = new Float32Array(1);
    const bits = new Uint32Array(float.buffer);
    for (let code = 0; code < 65_536; code += 1) {
      bits[0] = code * 65_536;
      expect(Object.is(table[code], float[0]) || (Number.isNaN(table[code]) && Number.isNaN(float[0]))).toBe(true);
    }
  });

  test('names of object properties are no dtypes', () => {
    for (const dtype of ['constructor', '__proto__', 'Q4_0']) expect(decoderOf(dtype)).toBeUndefined();
  });
});

test('equals two passes over the numbers, whatever the pieces', () => {
  const number = fc.double({ noNaN: false, min: -1e6, max: 1e6 });
  fc.assert(
    fc.property(fc.array(number, { minLength: 1, maxLength: 200 }), fc.integer({ min: 1, max: 40 }), (list, items) => {
      const values = Float64Array.from(list);
      const finite = list.filter(Number.isFinite);
      const stats = statsOf('F64', bytesOf(values), items * 8);
      expect(stats.count).toBe(list.length);
      expect(stats.nan).toBe(list.filter(Number.isNaN).length);
      if (finite.length === 0) return expect(stats.mean).toBeNull();
      const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
      const variance = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0) / finite.length;
      expect(stats.min).toBe(Math.min(...finite));
      expect(stats.max).toBe(Math.max(...finite));
      expect(stats.mean).toBeCloseTo(mean, 4);
      expect(stats.std).toBeCloseTo(Math.sqrt(variance), 4);
      expect(stats.zeros).toBe(finite.filter((value) => value === 0).length);
    }),
  );
});

test('a large offset does not swallow the spread', () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => 1e9 + (i % 2));
  expect(statsOf('F64', bytesOf(values), 80).std).toBeCloseTo(0.5, 6);
});

test('64-bit integers are exact', () => {
  fc.assert(
    fc.property(
      fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { minLength: 1, maxLength: 60 }),
      (list) => {
        const stats = statsOf('I64', bytesOf(BigInt64Array.from(list)), 24);
        const sorted = list.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
        expect(BigInt(stats.min as number)).toBe(sorted[0]);
        expect(BigInt(stats.max as number)).toBe(sorted.at(-1));
        expect(stats.zeros).toBe(list.filter((value) => value === 0n).length);
      },
    ),
  );
  expect(statsOf('U64', bytesOf(BigUint64Array.of(2n ** 64n - 1n, 5n)))).toMatchObject({ min: 5, max: 2n ** 64n - 1n });
});

test('infinities, truth values that are none, complex parts, two numbers in a byte', () => {
  const floats = Float32Array.of(1, Number.POSITIVE_INFINITY, Number.NaN, Number.NEGATIVE_INFINITY);
  expect(statsOf('F32', bytesOf(floats))).toMatchObject({ count: 4, inf: 2, nan: 1, min: 1, max: 1 });
  expect(statsOf('BOOL', Uint8Array.of(0, 1, 7))).toMatchObject({ count: 3, notBoolean: 1 });
  expect(statsOf('C64', bytesOf(Float32Array.of(1, -2)))).toMatchObject({ count: 2, min: -2, max: 1 });
  expect(statsOf('F4', Uint8Array.of(0x72))).toMatchObject({ count: 2, min: 1, max: 6 });
});

test('a histogram counts every finite number once', () => {
  const values = Float32Array.from({ length: 5000 }, (_, i) => Math.sin(i) * 10);
  for (const [dtype, bytes] of [
    ['F32', bytesOf(values)],
    ['F64', bytesOf(Float64Array.from([...values, 1e300]))],
    ['I64', bytesOf(BigInt64Array.from([...values], (v) => BigInt(Math.round(v))))],
  ] as const) {
    const { histogram, count } = statsOf(dtype, bytes, 800, true);
    expect(histogram?.counts.reduce((sum, times) => sum + times, 0)).toBe(count);
  }
});
