import { FormatError, LimitError } from '../../bytes/errors.ts';
import type { Budget } from '../../bytes/limits.ts';
import type { Source } from '../../bytes/source.ts';
import type { Filter } from '../../formats/hdf5/filters.ts';
import { readExactly } from '../gather/fetch-slab.ts';
import type { ChunkCache } from './chunk-cache.ts';
import type { ChunkTable, StoredChunk } from './chunk-table.ts';
import { undoFilters } from './undo-filters.ts';

/** A chunk without filters that is larger than this is read in place instead of being kept. */
const MAX_KEPT_BYTES = 1024 * 1024;
/** What packing may add to a chunk that does not get smaller. */
const MAX_PACKED_EXTRA = 4096;

/** A data set of chunks. */
export interface ChunkedArray {
  readonly source: Source;
  readonly dimensions: readonly number[];
  readonly chunk: readonly number[];
  readonly itemBytes: number;
  readonly table: ChunkTable;
  readonly filters: readonly Filter[];
  readonly edgesUnfiltered: boolean;
  /** One element of what was never written. */
  readonly fill: Uint8Array;
  /** Tells its chunks from those of others in the cache. */
  readonly key: string;
}

/** The elements of a data set in C order, unpacked chunk by chunk as they are asked for. */
export class ChunkedSource implements Source {
  readonly size: number;
  readonly #array: ChunkedArray;
  readonly #cache: ChunkCache;
  readonly #budget: Budget;
  /** Axes in bytes: the innermost is an element, merged with those that a chunk covers whole. */
  readonly #sizes: readonly number[];
  readonly #chunkSizes: readonly number[];
  readonly #grid: readonly number[];
  readonly #chunkBytes: number;
  /** Of all chunks that one index of the outermost axis goes through. */
  readonly #rowBytes: number;
  #unpacked = 0;
  #current: { readonly number: number; readonly bytes: Uint8Array } | undefined;

  constructor(array: ChunkedArray, cache: ChunkCache, budget: Budget) {
    this.#array = array;
    this.#cache = cache;
    this.#budget = budget;
    const { dimensions, chunk, itemBytes } = array;
    const axes = mergeAxes([...dimensions, itemBytes], [...chunk, itemBytes]);
    this.#sizes = axes.map(({ size }) => size);
    this.#chunkSizes = axes.map(({ chunk }) => chunk);
    this.#grid = axes.map(({ size, chunk }) => Math.ceil(size / chunk));
    this.#chunkBytes = this.#chunkSizes.reduce((product, size) => product * size, 1);
    this.#rowBytes = this.#grid.slice(1).reduce((product, count) => product * count, this.#chunkBytes);
    this.size = this.#sizes.reduce((product, size) => product * size, 1);
  }

  /** @throws FormatError for damage, LimitError when chunks are unpacked over and over. */
  read(offset: number, into: Uint8Array): number {
    const length = Math.max(0, Math.min(into.length, this.size - offset));
    const index = unravel(offset, this.#sizes);
    for (let done = 0; done < length; ) {
      const run = Math.min(length - done, this.#runAt(index));
      this.#copy(index, into.subarray(done, done + run));
      done += run;
      advance(index, run, this.#sizes);
    }
    return length;
  }

  /** Bytes from `index` on that are next to each other in one chunk. */
  #runAt(index: readonly number[]): number {
    const last = index.length - 1;
    const at = index[last] as number;
    const chunk = this.#chunkSizes[last] as number;
    return Math.min(chunk - (at % chunk), (this.#sizes[last] as number) - at);
  }

  #copy(index: readonly number[], into: Uint8Array): void {
    let number = 0;
    let inside = 0;
    for (let axis = 0; axis < index.length; axis += 1) {
      const chunk = this.#chunkSizes[axis] as number;
      const at = index[axis] as number;
      number = number * (this.#grid[axis] as number) + Math.floor(at / chunk);
      inside = inside * chunk + (at % chunk);
    }
    if (this.#current?.number !== number) this.#current = undefined;
    const kept = this.#current?.bytes;
    if (kept !== undefined) return into.set(kept.subarray(inside, inside + into.length));
    const stored = this.#array.table.find(number);
    if (stored === undefined) return fillWith(into, this.#array.fill, inside);
    const isPacked = this.#isPacked(stored, number);
    if (!isPacked) this.#checkUnpacked(stored);
    if (!isPacked && this.#chunkBytes > MAX_KEPT_BYTES) {
      return readExactly(this.#array.source, stored.position + inside, into);
    }
    const bytes = this.#cache.get(`${this.#array.key} ${number}`, this.#rowBytes, () => this.#load(stored, isPacked));
    this.#current = { number, bytes };
    into.set(bytes.subarray(inside, inside + into.length));
  }

  #isPacked({ mask }: StoredChunk, number: number): boolean {
    const { filters, edgesUnfiltered } = this.#array;
    if (filters.every((_, i) => Math.floor(mask / 2 ** i) % 2 === 1)) return false;
    return !(edgesUnfiltered && this.#isEdge(number));
  }

  /** True for a chunk that reaches over the end of an axis. */
  #isEdge(number: number): boolean {
    const at = unravel(number, this.#grid);
    return at.some((i, axis) => (i + 1) * (this.#chunkSizes[axis] as number) > (this.#sizes[axis] as number));
  }

  #checkUnpacked({ position, bytes }: StoredChunk): void {
    if (bytes === this.#chunkBytes) return;
    const expected = `a chunk of ${this.#chunkBytes} bytes`;
    throw FormatError.of('malformed', { expected, found: `${bytes} bytes`, offset: position });
  }

  #load({ position, bytes: length, mask }: StoredChunk, isPacked: boolean): Uint8Array {
    this.#spend();
    const { source, filters } = this.#array;
    if (length > 2 * this.#chunkBytes + MAX_PACKED_EXTRA) {
      const expected = `a chunk of ${this.#chunkBytes} bytes`;
      throw FormatError.of('malformed', { expected, found: `${length} bytes`, offset: position });
    }
    const bytes = new Uint8Array(length);
    readExactly(source, position, bytes);
    if (!isPacked) return bytes;
    const chunk = { bytes, offset: position, mask, unpackedBytes: this.#chunkBytes };
    return undoFilters(chunk, filters, this.#budget.limits);
  }

  /** The first time through counts as decompression; reading in an odd order may only unpack so often again. */
  #spend(): void {
    this.#unpacked += this.#chunkBytes;
    if (this.#unpacked <= this.size) this.#budget.spendInflated(this.#chunkBytes);
    else this.#budget.checkTime();
    const { maxRewinds } = this.#budget.limits;
    const rounds = this.#unpacked / (this.#grid.reduce((product, size) => product * size, 1) * this.#chunkBytes);
    if (rounds > maxRewinds) throw LimitError.of('maxRewinds', maxRewinds, Math.ceil(rounds));
  }
}

interface ByteAxis {
  readonly size: number;
  readonly chunk: number;
}

/** An axis that every chunk covers whole is one run with the axis outside it. */
function mergeAxes(sizes: readonly number[], chunks: readonly number[]): readonly ByteAxis[] {
  const axes: ByteAxis[] = [];
  for (let axis = sizes.length - 1; axis >= 0; axis -= 1) {
    const [size, chunk] = [sizes[axis] as number, chunks[axis] as number];
    const inner = axes[0];
    if (inner !== undefined && inner.size === inner.chunk) {
      axes[0] = { size: size * inner.size, chunk: chunk * inner.chunk };
    } else axes.unshift({ size, chunk });
  }
  return axes;
}

function unravel(offset: number, sizes: readonly number[]): number[] {
  let rest = offset;
  const index = sizes.map(() => 0);
  for (let axis = sizes.length - 1; axis >= 0; axis -= 1) {
    const size = sizes[axis] as number;
    index[axis] = rest % size;
    rest = Math.floor(rest / size);
  }
  return index;
}

function advance(index: number[], bytes: number, sizes: readonly number[]): void {
  let carry = bytes;
  for (let axis = index.length - 1; axis >= 0 && carry > 0; axis -= 1) {
    const size = sizes[axis] as number;
    const next = (index[axis] as number) + carry;
    index[axis] = next % size;
    carry = Math.floor(next / size);
  }
}

/** Repeats one element over `into`, which starts `inside` bytes into a chunk. */
function fillWith(into: Uint8Array, element: Uint8Array, inside: number): void {
  if (element.every((byte) => byte === 0)) into.fill(0);
  else for (let i = 0; i < into.length; i += 1) into[i] = element[(inside + i) % element.length] as number;
}

/** A data set nothing of which was written. */
export class FillSource implements Source {
  readonly size: number;
  readonly #element: Uint8Array;

  constructor(size: number, element: Uint8Array) {
    this.size = size;
    this.#element = element;
  }

  read(offset: number, into: Uint8Array): number {
    const length = Math.max(0, Math.min(into.length, this.size - offset));
    fillWith(into.subarray(0, length), this.#element, offset);
    return length;
  }
}
