import { FormatError } from '../../bytes/errors.ts';
import type { Span } from '../../bytes/span.ts';
import type { H5Reader } from './h5-reader.ts';

const ALIGNMENT = 8;
const MAX_CACHED_COLLECTIONS = 64;

/** The collections of the global heap, which hold strings of variable length (specification, III.E). */
export class GlobalHeap {
  readonly #reader: H5Reader;
  readonly #collections = new Map<number, ReadonlyMap<number, Span>>();

  constructor(reader: H5Reader) {
    this.#reader = reader;
  }

  /** Where object `index` of the collection at `address` is. @throws FormatError */
  object(address: number, index: number): Span {
    const span = this.collection(address).get(index);
    if (span !== undefined) return span;
    const offset = this.#reader.locate(address);
    throw FormatError.of('malformed', { expected: `object ${index} of a global heap`, found: 'none', offset });
  }

  /** Every object of the collection at `address`, by index. @throws FormatError */
  collection(address: number): ReadonlyMap<number, Span> {
    const known = this.#collections.get(address);
    if (known !== undefined) return known;
    const objects = this.#read(address);
    if (this.#collections.size >= MAX_CACHED_COLLECTIONS) {
      this.#collections.delete(this.#collections.keys().next().value as number);
    }
    this.#collections.set(address, objects);
    return objects;
  }

  #read(address: number): Map<number, Span> {
    const reader = this.#reader;
    const start = reader.block(address, 'GCOL');
    reader.skip(4);
    const end = start + reader.length();
    if (end > reader.context.source.size) {
      throw FormatError.of('truncated', { wanted: end - start, offset: start, size: reader.context.source.size });
    }
    reader.cover({ start, end });
    const objects = new Map<number, Span>();
    const headBytes = 8 + reader.widths.lengthBytes;
    while (reader.position + headBytes <= end) {
      reader.countNode();
      const index = reader.u16();
      reader.skip(6);
      const size = reader.length();
      const at = reader.position;
      if (index === 0) break;
      if (at + size > end) throw FormatError.of('truncated', { wanted: size, offset: at, size: end });
      objects.set(index, { start: at, end: at + size });
      reader.seek(at + Math.ceil(size / ALIGNMENT) * ALIGNMENT);
    }
    return objects;
  }
}
