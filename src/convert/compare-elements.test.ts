import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tensorOf } from '../../test/build/tensor-file.ts';
import { BufferSource } from '../bytes/source.ts';
import { gather } from '../tensors/gather.ts';
import type { Tensor } from '../tensors/tensor.ts';
import { firstDifference } from './compare-elements.ts';

/** Strides of an array whose axes are stored in another order, as after `permute`, or with gaps. */
function strided(shape: readonly number[], order: readonly number[], gap: number): number[] {
  const axes = [...shape.keys()].sort((a, b) => (order[a] ?? 0) - (order[b] ?? 0));
  const strides: number[] = [];
  let step = 1;
  for (const axis of axes) {
    strides[axis] = step;
    step *= Math.max(1, shape[axis] ?? 1) * gap;
  }
  return strides;
}

const tensors = fc
  .record({
    dtype: fc.constantFrom('U8', 'F16', 'F32', 'F64', 'C64'),
    shape: fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 4 }),
    order: fc.array(fc.nat(9), { minLength: 4, maxLength: 4 }),
    gap: fc.integer({ min: 0, max: 2 }),
    swaps: fc.boolean(),
    flips: fc.constantFrom('all', 'real', 'imaginary', undefined),
    bytes: fc.uint8Array({ minLength: 8, maxLength: 8 }),
  })
  .map(({ dtype, shape, order, gap, swaps, flips, bytes }): Tensor => {
    const strides = strided(shape, order, gap);
    const reach = shape.reduce((sum, size, axis) => sum + Math.max(0, size - 1) * (strides[axis] ?? 0), 1);
    const source = new BufferSource(
      Uint8Array.from({ length: reach * 8 + 3 }, (_, i) => (bytes[i % 8] ?? 0) * 7 + i * 31),
    );
    const unit = dtype === 'F64' ? 8 : dtype === 'F16' ? 2 : 4;
    const flipSigns = dtype === 'C64' ? flips : dtype !== 'U8' && flips === 'all' ? 'all' : undefined;
    const swapBytes = swaps && dtype !== 'U8' ? unit : undefined;
    return tensorOf('t', { dtype, shape, placement: { source, offset: 3, strides, swapBytes, flipSigns } });
  });

describe('firstDifference', () => {
  it('agrees with what gather writes, for every placement', () => {
    fc.assert(
      fc.property(tensors, (tensor) => {
        const bytes = new Uint8Array(tensor.placement.byteLength + 5);
        gather(tensor, 0, bytes.subarray(5));
        expect(firstDifference(tensor, new BufferSource(bytes), 5)).toBeNull();
      }),
      { numRuns: 1000 },
    );
  });

  it('finds any byte that was changed, and says in which element', () => {
    fc.assert(
      fc.property(
        tensors.filter(({ placement }) => placement.byteLength > 0),
        fc.nat(),
        (tensor, where) => {
          const bytes = new Uint8Array(tensor.placement.byteLength);
          gather(tensor, 0, bytes);
          const at = where % bytes.length;
          bytes[at] = (bytes[at] ?? 0) ^ 1;
          const item = tensor.placement.itemBytes ?? 1;
          expect(firstDifference(tensor, new BufferSource(bytes), 0)).toBe(Math.floor(at / item));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('compares what is larger than its buffers: a transposed matrix, one long line, elements far apart', () => {
    const source = new BufferSource(Uint8Array.from({ length: 36_000_000 }, (_, i) => i * 31 + (i >> 8)));
    const cases: Tensor[] = [
      tensorOf('t', { dtype: 'F16', shape: [6000, 3000], placement: { source, strides: [1, 6000] } }),
      tensorOf('l', { dtype: 'F32', shape: [9_000_000], placement: { source } }),
      tensorOf('f', { dtype: 'F32', shape: [2, 20], placement: { source, strides: [1, 400_000] } }),
    ];
    for (const tensor of cases) {
      const bytes = new Uint8Array(tensor.placement.byteLength);
      gather(tensor, 0, bytes);
      expect(firstDifference(tensor, new BufferSource(bytes), 0)).toBeNull();
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      expect(firstDifference(tensor, new BufferSource(bytes), 0)).toBe(
        bytes.length / (tensor.placement.itemBytes ?? 1) - 1,
      );
    }
  });

  it('says where either side ends too early', () => {
    const tensor = tensorOf('t', { placement: { source: new BufferSource(new Uint8Array(3)) } });
    expect(() => firstDifference(tensor, new BufferSource(new Uint8Array(4)), 0)).toThrow('file ends at 3');
  });
});
