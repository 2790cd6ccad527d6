import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BufferSource, type Source } from '../bytes/source.ts';
import { gather, TensorBytes, tensorChunks } from './gather.ts';
import { readExactly, SlabFetcher } from './gather/fetch-slab.ts';
import { SlabGrid } from './gather/axes.ts';
import type { Placement, Tensor } from './tensor.ts';

type Placed = Pick<Tensor, 'dtype' | 'shape' | 'placement'>;
const componentBytes: Readonly<Record<string, number>> = { BF16: 2, F32: 4, F64: 8, C64: 4 };
const itemBytesOf: Readonly<Record<string, number>> = { U8: 1, BF16: 2, F32: 4, F64: 8, C64: 8, C128: 16 };

/** One element after the other, byte by byte: slow, and too plain to be wrong. */
function naive(tensor: Placed, bytes: Uint8Array): Uint8Array {
  const { shape, placement } = tensor;
  const { itemBytes = 1, strides = [], offset } = placement;
  const out = new Uint8Array(placement.byteLength);
  for (let at = 0; at < out.length; at += itemBytes) {
    let rest = at / itemBytes;
    let element = 0;
    for (const [axis, size] of [...shape.entries()].toReversed()) {
      element += (rest % size) * (strides[axis] ?? 0);
      rest = Math.floor(rest / size);
    }
    const start = offset + itemBytes * element;
    out.set(changed(tensor, bytes.slice(start, start + itemBytes)), at);
  }
  return out;
}

function changed({ dtype, placement }: Placed, item: Uint8Array): Uint8Array {
  const { swapBytes, flipSigns } = placement;
  for (let i = 0; swapBytes !== undefined && i < item.length; i += swapBytes) item.subarray(i, i + swapBytes).reverse();
  const component = componentBytes[dtype] ?? 0;
  for (let part = 0; flipSigns !== undefined && part < item.length / component; part += 1) {
    const flips = flipSigns === 'all' || flipSigns === (part % 2 === 0 ? 'real' : 'imaginary');
    const last = (part + 1) * component - 1;
    if (flips) item[last] = (item[last] ?? 0) ^ 0x80;
  }
  return item;
}

function noise(length: number, seed: number): Uint8Array {
  let state = seed | 1;
  return Uint8Array.from({ length }, () => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223;
    return state >>> 24;
  });
}

const placed = fc
  .record({
    dtype: fc.constantFrom('U8', 'BF16', 'F32', 'F64', 'C64', 'C128'),
    shape: fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 5 }),
    strides: fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 5, maxLength: 5 }),
    order: fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
    regular: fc.boolean(),
    swaps: fc.boolean(),
    flips: fc.constantFrom('all', 'imaginary', 'real', undefined),
    seed: fc.nat(),
  })
  .map(({ dtype, shape, strides, order, regular, swaps, flips, seed }) => {
    const itemBytes = itemBytesOf[dtype] ?? 1;
    const steps = regular ? permuted(shape, order) : strides.slice(0, shape.length);
    const reach = (pick: (step: number) => boolean): number =>
      shape.reduce((sum, size, axis) => {
        const step = steps[axis] ?? 0;
        return pick(step) ? sum + Math.max(0, size - 1) * Math.abs(step) : sum;
      }, 0);
    const before = reach((step) => step < 0);
    const bytes = noise((before + reach((step) => step > 0) + 1) * itemBytes + 3, seed);
    const swapUnit = (componentBytes[dtype] ?? itemBytes) as 2 | 4 | 8;
    const canFlip = flips !== undefined && (dtype === 'C64' || (flips === 'all' && dtype in componentBytes));
    const placement: Placement = {
      source: new BufferSource(bytes),
      offset: 3 + before * itemBytes,
      itemBytes,
      byteLength: shape.reduce((product, size) => product * size, itemBytes),
      strides: steps,
      ...(swaps && swapUnit > 1 && swapUnit < 16 ? { swapBytes: swapUnit } : {}),
      ...(canFlip ? { flipSigns: flips } : {}),
    };
    return { tensor: { dtype, shape, placement }, bytes };
  });

/** Strides of an array whose axes are stored in another order, as after `permute`. */
function permuted(shape: readonly number[], order: readonly number[]): number[] {
  const axes = shape.map((_, axis) => axis).sort((a, b) => (order[a] ?? 0) - (order[b] ?? 0));
  const strides: number[] = [];
  let step = 1;
  for (const axis of axes) {
    strides[axis] = step;
    step *= Math.max(1, shape[axis] ?? 1);
  }
  return strides;
}

describe('gather', () => {
  it('equals a plain loop over elements for every placement', () => {
    fc.assert(
      fc.property(placed, ({ tensor, bytes }) => {
        const into = new Uint8Array(tensor.placement.byteLength);
        gather(tensor, 0, into);
        expect(into).toEqual(naive(tensor, bytes));
      }),
      { numRuns: 1500 },
    );
  });

  it('gives any part of the bytes as it gives the whole', () => {
    fc.assert(
      fc.property(placed, fc.nat(), fc.nat(), ({ tensor, bytes }, a, b) => {
        const { byteLength } = tensor.placement;
        const [start, end] = [a % (byteLength + 1), b % (byteLength + 1)].sort((x, y) => x - y) as [number, number];
        const into = new Uint8Array(end - start);
        gather(tensor, start, into);
        expect(into).toEqual(naive(tensor, bytes).subarray(start, end));
      }),
      { numRuns: 500 },
    );
  });

  it('gives the same bytes in pieces of any size', () => {
    fc.assert(
      fc.property(placed, fc.integer({ min: 1, max: 100 }), ({ tensor, bytes }, chunkBytes) => {
        const pieces = Array.from(tensorChunks(tensor, chunkBytes), (piece) => Uint8Array.from(piece));
        const sizes = pieces.map((piece) => piece.length);
        expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(Math.max(chunkBytes, tensor.placement.itemBytes ?? 1));
        expect(pieces.flatMap((piece) => [...piece])).toEqual([...naive(tensor, bytes)]);
      }),
      { numRuns: 300 },
    );
  });

  it('needs no more than its buffers when slabs and batches are small', () => {
    fc.assert(
      fc.property(
        placed.filter(({ tensor }) => tensor.placement.byteLength > 0 && tensor.shape.length > 0),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        ({ tensor, bytes }, slabItems, batchItems) => {
          const { itemBytes = 1, strides = [], offset, source, byteLength } = tensor.placement;
          const grid = new SlabGrid(tensor.shape, strides, slabItems);
          const fetcher = new SlabFetcher({ source, offset, itemBytes }, batchItems);
          const plain = { ...tensor, placement: { ...tensor.placement, swapBytes: undefined, flipSigns: undefined } };
          const out = new Uint8Array(byteLength);
          for (let item = 0; item < byteLength / itemBytes; ) {
            const slab = grid.at(item);
            expect(slab.start).toBe(item);
            expect(slab.end - slab.start).toBeLessThanOrEqual(slabItems);
            const part = new Uint8Array((slab.end - slab.start) * itemBytes);
            fetcher.fetch(slab, part);
            out.set(part, item * itemBytes);
            item = slab.end;
          }
          expect(out).toEqual(naive(plain, bytes));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('transposes a matrix that is larger than a batch, reading each place once', () => {
    const [rows, columns] = [1500, 2100];
    const bytes = noise(rows * columns * 2, 9);
    let read = 0;
    const source: Source = {
      size: bytes.length,
      read(offset, into) {
        read += into.length;
        return new BufferSource(bytes).read(offset, into);
      },
    };
    const placement = { source, offset: 0, itemBytes: 2, byteLength: bytes.length, strides: [1, rows] };
    const out = new Uint8Array(bytes.length);
    gather({ dtype: 'BF16', shape: [rows, columns], placement }, 0, out);
    const [from, to] = [new Uint16Array(bytes.buffer), new Uint16Array(out.buffer)];
    let wrong = 0;
    for (let r = 0; r < rows; r += 1) {
      for (let c = 0; c < columns; c += 1) if (to[r * columns + c] !== from[c * rows + r]) wrong += 1;
    }
    expect(wrong).toBe(0);
    expect(read).toBe(bytes.length);
  });

  it('reads columns that are far apart one by one instead of everything between them', () => {
    const [rows, columns] = [64, 8192];
    const bytes = noise(rows * columns * 4, 5);
    let read = 0;
    const source: Source = {
      size: bytes.length,
      read(offset, into) {
        read += into.length;
        return new BufferSource(bytes).read(offset, into);
      },
    };
    const placement = { source, offset: 0, itemBytes: 4, byteLength: rows * 4, strides: [columns] };
    const out = new Uint8Array(rows * 4);
    gather({ dtype: 'F32', shape: [rows], placement }, 0, out);
    expect(out.subarray(4, 8)).toEqual(bytes.subarray(columns * 4, columns * 4 + 4));
    expect(read).toBe(rows * 4);
  });

  it('keeps the bits of a signalling NaN', () => {
    const bytes = Uint8Array.from([1, 0, 0, 0, 0, 0, 0xf0, 0x7f, 2, 0, 0, 0, 0, 0, 0xf0, 0xff]);
    const placement = { source: new BufferSource(bytes), offset: 8, itemBytes: 8, byteLength: 16, strides: [-1] };
    const out = new Uint8Array(16);
    gather({ dtype: 'F64', shape: [2], placement }, 0, out);
    expect([...out]).toEqual([...bytes.subarray(8), ...bytes.subarray(0, 8)]);
  });

  it('says where a source ends too early instead of giving zeros', () => {
    const source = new BufferSource(new Uint8Array(10));
    const placement = { source, offset: 0, itemBytes: 2, byteLength: 12 };
    const whole = { dtype: 'F16', shape: [6], placement };
    const strided = { dtype: 'F16', shape: [2, 3], placement: { ...placement, strides: [1, 2] } };
    for (const tensor of [whole, strided]) {
      expect(() => gather(tensor, 0, new Uint8Array(12))).toThrow(expect.objectContaining({ code: 'truncated' }));
    }
    expect(() => readExactly(source, 8, new Uint8Array(4))).toThrow('expected 4 bytes at offset 8, file ends at 10');
  });

  it('refuses to read outside the tensor and to flip signs of integers', () => {
    const placement = { source: new BufferSource(new Uint8Array(8)), offset: 0, itemBytes: 4, byteLength: 8 };
    expect(() => new TensorBytes({ dtype: 'I32', shape: [2], placement }).read(6, new Uint8Array(4))).toThrow(
      RangeError,
    );
    const flipped = { ...placement, flipSigns: 'all' as const };
    expect(() => new TensorBytes({ dtype: 'I32', shape: [2], placement: flipped })).toThrow('I32 has no sign bit');
  });
});
