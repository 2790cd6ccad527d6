import { type ByteChange, byteChange, changeBytes } from './gather/change-bytes.ts';
import { type Slab, SlabGrid } from './gather/axes.ts';
import { readExactly, SlabFetcher } from './gather/fetch-slab.ts';
import { isContiguous } from './shape.ts';
import type { Tensor } from './tensor.ts';

/** Bytes of a strided tensor put in order at once. Kept until bytes outside are asked for, so memory stays below this and a MiB. */
const SLAB_BYTES = 32 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;

type Placed = Pick<Tensor, 'dtype' | 'shape' | 'placement'>;

/**
 * The bytes of a tensor in C order, little-endian, signs flipped where the source says so: what a safetensors file
 * holds. Nothing is read before it is asked for. Reading in ascending order is fast for every placement; a strided
 * tensor (a transposed weight) is put in order in slabs, and a slab is kept until another one is needed.
 */
export class TensorBytes {
  readonly size: number;
  readonly #tensor: Placed;
  readonly #change: ByteChange;
  readonly #strided: StridedBytes | undefined;

  constructor(tensor: Placed) {
    this.#tensor = tensor;
    this.size = tensor.placement.byteLength;
    this.#change = byteChange(tensor.dtype, tensor.placement);
    const { strides, itemBytes } = tensor.placement;
    const isStrided = strides !== undefined && itemBytes !== undefined && !isContiguous(tensor.shape, strides);
    this.#strided = isStrided && this.size > 0 ? new StridedBytes(tensor, strides, itemBytes, this.#change) : undefined;
  }

  /**
   * Fills `into` with the bytes from `offset` on, which must lie within the tensor.
   * @throws FormatError `truncated` when the source ends before them, ReadError, LimitError as the source does.
   */
  read(offset: number, into: Uint8Array): void {
    if (offset < 0 || offset + into.length > this.size) {
      throw new RangeError(`bytes ${offset} to ${offset + into.length} of a tensor of ${this.size}`);
    }
    if (this.#strided !== undefined) this.#strided.read(offset, into);
    else if (this.#change.swapBytes === undefined && this.#change.signs === undefined) this.#copy(offset, into);
    else this.#readChanged(offset, into);
  }

  #copy(offset: number, into: Uint8Array): void {
    const { source, offset: start } = this.#tensor.placement;
    if (into.length > 0) readExactly(source, start + offset, into);
  }

  /** Whole units are changed in place; those that `into` cuts at its ends are read for themselves. */
  #readChanged(offset: number, into: Uint8Array): void {
    const { unit } = this.#change;
    const head = Math.min(into.length, (unit - (offset % unit)) % unit);
    const tail = (into.length - head) % unit;
    if (head > 0) this.#readCut(offset, into.subarray(0, head));
    const whole = into.subarray(head, into.length - tail);
    this.#copy(offset + head, whole);
    changeBytes(whole, this.#change);
    if (tail > 0) this.#readCut(offset + into.length - tail, into.subarray(into.length - tail));
  }

  #readCut(offset: number, into: Uint8Array): void {
    const { unit } = this.#change;
    const start = Math.floor(offset / unit) * unit;
    const whole = new Uint8Array(unit);
    this.#copy(start, whole);
    changeBytes(whole, this.#change);
    into.set(whole.subarray(offset - start, offset - start + into.length));
  }
}

/** A tensor whose elements are not in C order where they are. */
class StridedBytes {
  readonly #grid: SlabGrid;
  readonly #fetcher: SlabFetcher;
  readonly #itemBytes: number;
  readonly #change: ByteChange;
  readonly #buffer: Uint8Array;
  #slab: Slab | undefined;

  constructor({ shape, placement }: Placed, strides: readonly number[], itemBytes: number, change: ByteChange) {
    const { source, offset, byteLength } = placement;
    const slabItems = Math.max(1, Math.floor(Math.min(SLAB_BYTES, byteLength) / itemBytes));
    this.#grid = new SlabGrid(shape, strides, slabItems);
    const extent = shape.reduce((sum, size, axis) => sum + (size - 1) * Math.abs(strides[axis] as number), 1);
    this.#fetcher = new SlabFetcher({ source, offset, itemBytes }, extent);
    this.#itemBytes = itemBytes;
    this.#change = change;
    this.#buffer = new Uint8Array(slabItems * itemBytes);
  }

  read(offset: number, into: Uint8Array): void {
    for (let done = 0; done < into.length; ) {
      const slab = this.#slabAt(Math.floor((offset + done) / this.#itemBytes));
      const from = offset + done - slab.start * this.#itemBytes;
      const length = Math.min(into.length - done, slab.end * this.#itemBytes - offset - done);
      into.set(this.#buffer.subarray(from, from + length), done);
      done += length;
    }
  }

  #slabAt(item: number): Slab {
    const kept = this.#slab;
    if (kept !== undefined && item >= kept.start && item < kept.end) return kept;
    const slab = this.#grid.at(item);
    const bytes = this.#buffer.subarray(0, (slab.end - slab.start) * this.#itemBytes);
    this.#slab = undefined;
    this.#fetcher.fetch(slab, bytes);
    changeBytes(bytes, this.#change);
    this.#slab = slab;
    return slab;
  }
}

/** Fills `into` with the C-order bytes of a tensor from `offset` on. For more than one piece, keep a `TensorBytes`. */
export function gather(tensor: Placed, offset: number, into: Uint8Array): void {
  new TensorBytes(tensor).read(offset, into);
}

/** All bytes of a tensor in order, in pieces of whole elements. Each piece is overwritten by the next. */
export function* tensorChunks(tensor: Placed, chunkBytes = CHUNK_BYTES): Generator<Uint8Array, void, undefined> {
  const bytes = new TensorBytes(tensor);
  const unit = Math.max(tensor.placement.itemBytes ?? 1, 1);
  const buffer = new Uint8Array(Math.min(Math.max(unit, chunkBytes - (chunkBytes % unit)), bytes.size));
  for (let offset = 0; offset < bytes.size; offset += buffer.length) {
    const piece = buffer.subarray(0, Math.min(buffer.length, bytes.size - offset));
    bytes.read(offset, piece);
    yield piece;
  }
}
