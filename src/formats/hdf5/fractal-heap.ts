import { FormatError } from '../../bytes/errors.ts';
import type { Span } from '../../bytes/span.ts';
import type { H5Reader } from './h5-reader.ts';

const MANAGED = 0;
const HUGE = 1;
const TINY = 2;
const CHECKSUM_BYTES = 4;

/** The doubling table of a fractal heap, as its header describes it (specification, III.G). */
interface HeapShape {
  readonly maxManagedBytes: number;
  readonly width: number;
  readonly startBlockBytes: number;
  readonly maxDirectBytes: number;
  readonly offsetBytes: number;
  readonly root: number | undefined;
  readonly rootRows: number;
}

interface DirectBlock extends Span {
  /** Where in the heap's own space it starts. */
  readonly heapOffset: number;
}

/** The heap that groups and objects keep many links or attributes in. Only uncompressed heaps are read. */
export class FractalHeap {
  readonly #reader: H5Reader;
  readonly #shape: HeapShape;
  readonly #blocks: DirectBlock[] = [];

  /** @throws FormatError, LimitError */
  constructor(reader: H5Reader, address: number) {
    this.#reader = reader;
    this.#shape = readShape(reader, address);
    const { root, rootRows, startBlockBytes } = this.#shape;
    if (root === undefined) return;
    if (rootRows === 0) this.#direct(root, 0, startBlockBytes);
    else this.#indirect(root, 0, rootRows);
  }

  /** Where the object with the heap ID at `position` is. @throws FormatError */
  object(position: number): Span {
    const reader = this.#reader;
    reader.seek(position);
    const flags = reader.u8();
    const kind = (flags & 0x30) / 16;
    if (kind === TINY) return { start: position + 1, end: position + 2 + (flags & 0x0f) };
    if (kind === HUGE || kind !== MANAGED) {
      throw FormatError.of('unsupported', { feature: 'HDF5 huge heap object', offset: position });
    }
    const { offsetBytes, maxManagedBytes, maxDirectBytes } = this.#shape;
    const offset = reader.uint(offsetBytes);
    const size = reader.uint(bytesFor(Math.min(maxManagedBytes, maxDirectBytes)));
    const block = this.#blockAt(offset, size);
    if (block === undefined) {
      const found = `offset ${offset}`;
      throw FormatError.of('malformed', { expected: 'an object inside the heap', found, offset: position });
    }
    const start = block.start + offset - block.heapOffset;
    return { start, end: start + size };
  }

  /** Blocks are in the order of the heap's space, as the doubling table is walked in it. */
  #blockAt(offset: number, size: number): DirectBlock | undefined {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((this.#blocks[middle] as DirectBlock).heapOffset <= offset) low = middle + 1;
      else high = middle;
    }
    const block = this.#blocks[low - 1];
    return block !== undefined && offset + size <= block.heapOffset + block.end - block.start ? block : undefined;
  }

  #direct(address: number, heapOffset: number, size: number): void {
    const start = this.#reader.block(address, 'FHDB');
    const end = start + size;
    if (end > this.#reader.context.source.size) {
      throw FormatError.of('truncated', { wanted: size, offset: start, size: this.#reader.context.source.size });
    }
    this.#reader.cover({ start, end });
    this.#blocks.push({ start, end, heapOffset });
  }

  #indirect(address: number, heapOffset: number, rows: number): void {
    const reader = this.#reader;
    const { width, offsetBytes } = this.#shape;
    const start = reader.block(address, 'FHIB');
    const addressBytes = reader.widths.offsetBytes;
    const childrenAt = start + 5 + addressBytes + offsetBytes;
    reader.cover({ start, end: childrenAt + rows * width * addressBytes + CHECKSUM_BYTES });
    let childOffset = heapOffset;
    for (let row = 0; row < rows; row += 1) {
      const size = this.#rowBytes(row);
      for (let column = 0; column < width; column += 1, childOffset += size) {
        reader.seek(childrenAt + (row * width + column) * addressBytes);
        const child = reader.address();
        if (child !== undefined) this.#child(child, childOffset, size);
      }
    }
  }

  #child(address: number, heapOffset: number, size: number): void {
    const { maxDirectBytes, startBlockBytes, width } = this.#shape;
    if (size <= maxDirectBytes) this.#direct(address, heapOffset, size);
    else this.#indirect(address, heapOffset, Math.log2(size / (startBlockBytes * width)) + 1);
  }

  /** The first two rows have blocks of the starting size, each further row twice the one before. */
  #rowBytes(row: number): number {
    return this.#shape.startBlockBytes * (row < 2 ? 1 : 2 ** (row - 1));
  }
}

function readShape(reader: H5Reader, address: number): HeapShape {
  const start = reader.block(address, 'FRHP');
  const { lengthBytes, offsetBytes } = reader.widths;
  reader.skip(1);
  reader.skip(2);
  const filterBytes = reader.u16();
  reader.skip(1);
  const maxManagedBytes = reader.u32();
  reader.skip(10 * lengthBytes + 2 * offsetBytes);
  const width = reader.u16();
  const startBlockBytes = reader.length();
  const maxDirectBytes = reader.length();
  const heapBits = reader.u16();
  reader.skip(2);
  const root = reader.address();
  const rootRows = reader.u16();
  if (filterBytes > 0) throw FormatError.of('unsupported', { feature: 'compressed HDF5 heap', offset: start });
  checkShape(start, { width, startBlockBytes, maxDirectBytes, heapBits, rootRows });
  reader.cover({ start, end: reader.position + CHECKSUM_BYTES });
  return {
    maxManagedBytes,
    width,
    startBlockBytes,
    maxDirectBytes,
    offsetBytes: Math.ceil(heapBits / 8),
    root,
    rootRows,
  };
}

interface Doubling {
  readonly width: number;
  readonly startBlockBytes: number;
  readonly maxDirectBytes: number;
  readonly heapBits: number;
  readonly rootRows: number;
}

function checkShape(offset: number, shape: Doubling): void {
  const { width, startBlockBytes, maxDirectBytes, heapBits, rootRows } = shape;
  const isPower = (value: number): boolean => value > 0 && Number.isInteger(Math.log2(value));
  const fits = isPower(width) && isPower(startBlockBytes) && maxDirectBytes >= startBlockBytes;
  if (fits && heapBits > 0 && heapBits <= 64 && rootRows <= heapBits) return;
  throw FormatError.of('malformed', { expected: 'a doubling table', found: JSON.stringify(shape), offset });
}

/** Bytes a number up to `max` takes (H5VM_limit_enc_size). */
function bytesFor(max: number): number {
  return Math.floor(Math.log2(Math.max(1, max)) / 8) + 1;
}
