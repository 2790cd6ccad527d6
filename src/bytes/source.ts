/**
 * Random-access bytes: a file, a buffer, a part of either, a decompressed view, later an HTTP resource.
 *
 * Reading is synchronous: parsers stay plain total functions and pay nothing per read. A source on the
 * far side of a network runs in a worker and blocks there, so nothing above this interface changes.
 */
export interface Source {
  /** Length in bytes. For a decompressed view, asking may cost one pass over it. */
  readonly size: number;
  /** True when reading far ahead costs decoding everything before it; then a look at the tail is not cheap. */
  readonly sequential?: boolean;
  /**
   * Copies bytes from `offset` on into `into` and returns how many; fewer than `into.length` only at the end.
   * @throws ReadError when the medium fails, LimitError when a view grows past its budget.
   */
  read(offset: number, into: Uint8Array): number;
  /** Of a plain window of another source: that source, and where byte `offset` is in it. Decoded views have none. */
  beneath?(offset: number): Place;
}

/** A byte of a source. */
export interface Place {
  readonly source: Source;
  readonly offset: number;
}

/** The same byte in the source at the bottom of all windows: what a copier needs to move ranges without passing them through views. */
export function bottomPlace(source: Source, offset: number): Place {
  let place: Place = { source, offset };
  for (let next = source.beneath?.(offset); next !== undefined; next = next.source.beneath?.(next.offset)) place = next;
  return place;
}

/** Bytes already in memory. */
export class BufferSource implements Source {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get size(): number {
    return this.#bytes.length;
  }

  read(offset: number, into: Uint8Array): number {
    if (offset >= this.#bytes.length) return 0;
    const part = this.#bytes.subarray(offset, offset + into.length);
    into.set(part);
    return part.length;
  }
}

/** The part `[start, start + length)` of another source. */
export class SliceSource implements Source {
  readonly #base: Source;
  readonly #start: number;
  readonly #length: number | undefined;

  /** Without `length` the slice reaches to the end of `base`, whose size is then only asked for when needed. */
  constructor(base: Source, start: number, length?: number) {
    this.#base = base;
    this.#start = start;
    this.#length = length;
  }

  get size(): number {
    const rest = Math.max(0, this.#base.size - this.#start);
    return this.#length === undefined ? rest : Math.min(this.#length, rest);
  }

  get sequential(): boolean {
    return this.#base.sequential === true;
  }

  read(offset: number, into: Uint8Array): number {
    const room = this.#length === undefined ? into.length : Math.max(0, this.#length - offset);
    return this.#base.read(this.#start + offset, room < into.length ? into.subarray(0, room) : into);
  }

  beneath(offset: number): Place {
    return { source: this.#base, offset: this.#start + offset };
  }
}

/** A sequential source's size is costly to ask or only a claim: whether it is small is found out by reading this much. */
const FIRST_READ_BYTES = 16 * 1024;

/**
 * Up to `length` bytes from `offset` on; shorter only when the source ends. The caller bounds `length`; a source that
 * is smaller takes no more memory than it has bytes, so that 10^5 tiny members do not cost a large buffer each.
 */
export function readBytes(source: Source, offset: number, length: number): Uint8Array {
  if (source.sequential === true && length > FIRST_READ_BYTES) {
    const first = new Uint8Array(FIRST_READ_BYTES);
    const got = source.read(offset, first);
    if (got < FIRST_READ_BYTES) return first.subarray(0, got);
  }
  const room = source.sequential === true ? length : Math.min(length, Math.max(0, source.size - offset));
  const bytes = new Uint8Array(room);
  return bytes.subarray(0, source.read(offset, bytes));
}
