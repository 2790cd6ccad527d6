import { FormatError } from '../../bytes/errors.ts';
import type { H5Reader } from './h5-reader.ts';
import { chunkBytes, type ChunkedLayout } from './layout.ts';

const CHECKSUM_BYTES = 4;
/** Signature, version, client. */
const PREFIX_BYTES = 6;
const MAX_ELEMENT_BITS = 64;

/** An element of an array of chunks. */
export interface ArrayElement {
  readonly address: number;
  readonly bytes: number;
  readonly mask: number;
}

export type VisitElement = (index: number, element: ArrayElement) => void;

/** Reads elements of chunk arrays and records of chunk trees, which are alike. */
export class ArrayElements {
  readonly reader: H5Reader;
  readonly #nominalBytes: number;
  readonly #sizeBytes: number;

  constructor(reader: H5Reader, layout: ChunkedLayout) {
    this.reader = reader;
    this.#nominalBytes = chunkBytes(layout);
    this.#sizeBytes = layout.sizeBytes;
  }

  bytesEach(isFiltered: boolean): number {
    return this.reader.widths.offsetBytes + (isFiltered ? this.#sizeBytes + 4 : 0);
  }

  /** The element at the cursor; undefined for a chunk that was never written. */
  read(isFiltered: boolean): ArrayElement | undefined {
    const address = this.reader.address();
    const bytes = isFiltered ? this.reader.uint(this.#sizeBytes) : this.#nominalBytes;
    const mask = isFiltered ? this.reader.u32() : 0;
    return address === undefined ? undefined : { address, bytes, mask };
  }

  /** Visits `count` elements at a position, the first of which has number `index`. */
  visitRun(run: Run, visit: VisitElement): void {
    const { reader } = this;
    const each = this.bytesEach(run.isFiltered);
    const { size } = reader.context.source;
    if (run.position + run.count * each > size) {
      throw FormatError.of('truncated', { wanted: run.count * each, offset: run.position, size });
    }
    for (let i = 0; i < run.count; i += 1) {
      reader.countNode();
      reader.seek(run.position + i * each);
      const element = this.read(run.isFiltered);
      if (element !== undefined) visit(run.index + i, element);
    }
  }

  /** Where an array's header says that its elements are filtered, and that they are as wide as they must be. */
  checkClient(start: number): boolean {
    const client = this.reader.u8();
    const width = this.reader.u8();
    const isFiltered = client === 1;
    if (client > 1 || width !== this.bytesEach(isFiltered)) {
      const found = `client ${client}, elements of ${width} bytes`;
      throw FormatError.of('malformed', { expected: 'an array of chunks', found, offset: start });
    }
    return isFiltered;
  }
}

interface Run {
  readonly position: number;
  readonly count: number;
  readonly index: number;
  readonly isFiltered: boolean;
}

/** Elements of the fixed array at `address`, for data sets that cannot grow (specification, III.H; H5FA). */
export function readFixedArray(elements: ArrayElements, address: number, visit: VisitElement): void {
  const { reader } = elements;
  const { offsetBytes, lengthBytes } = reader.widths;
  const start = reader.block(address, 'FAHD');
  reader.skip(1);
  const isFiltered = elements.checkClient(start);
  const pageBits = reader.u8();
  const count = reader.length();
  const block = reader.address();
  reader.coverBytes(start, PREFIX_BYTES + 2 + lengthBytes + offsetBytes + CHECKSUM_BYTES);
  if (block === undefined) return;
  const at = reader.block(block, 'FADB');
  const pages = { at: at + PREFIX_BYTES + offsetBytes, count, index: 0, isFiltered, pageElements: 2 ** pageBits };
  reader.cover({ start: at, end: visitBlock(elements, pages, visit) });
}

interface DataBlock {
  /** Position of the page bitmap, or of the first element when there are no pages. */
  readonly at: number;
  readonly count: number;
  readonly index: number;
  readonly isFiltered: boolean;
  readonly pageElements: number;
  /** Bitmap of the pages that were written, when it is not in the block itself. */
  readonly bitmapAt?: number;
}

/** Visits the elements of a data block, in pages or not, and returns where it ends. */
function visitBlock(elements: ArrayElements, block: DataBlock, visit: VisitElement): number {
  const { at, count, index, isFiltered, pageElements, bitmapAt } = block;
  const each = elements.bytesEach(isFiltered);
  if (count <= pageElements) {
    elements.visitRun({ position: at, count, index, isFiltered }, visit);
    return at + count * each + CHECKSUM_BYTES;
  }
  const pages = Math.ceil(count / pageElements);
  const bitmap = bitmapAt ?? at;
  let position = (bitmapAt === undefined ? at + Math.ceil(pages / 8) : at) + CHECKSUM_BYTES;
  for (let page = 0; page < pages; page += 1) {
    elements.reader.countNode();
    const first = page * pageElements;
    const inPage = Math.min(pageElements, count - first);
    elements.reader.seek(bitmap + Math.floor(page / 8));
    const isWritten = (elements.reader.u8() & (0x80 >> (page % 8))) !== 0;
    if (isWritten) elements.visitRun({ position, count: inPage, index: index + first, isFiltered }, visit);
    position += inPage * each + CHECKSUM_BYTES;
  }
  return position;
}

/** How an extensible array grows, as its header says (H5EA). */
interface ArrayShape {
  readonly isFiltered: boolean;
  readonly indexElements: number;
  readonly blockElements: number;
  readonly pageElements: number;
  /** Bytes of a block's offset in the array. */
  readonly offsetBytes: number;
  /** Super blocks whose data blocks the index block points at itself. */
  readonly direct: number;
  readonly superBlocks: number;
  /** Elements that were ever written to lie below this. */
  readonly end: number;
  readonly indexBlock: number | undefined;
}

/** Elements of the extensible array at `address`, for data sets that grow along one axis (specification, III.I). */
export function readExtensibleArray(elements: ArrayElements, address: number, visit: VisitElement): void {
  const shape = readShape(elements, address);
  if (shape.indexBlock !== undefined) new ExtensibleArray(elements, shape, visit).run(shape.indexBlock);
}

function readShape(elements: ArrayElements, address: number): ArrayShape {
  const { reader } = elements;
  const start = reader.block(address, 'EAHD');
  reader.skip(1);
  const isFiltered = elements.checkClient(start);
  const elementBits = reader.u8();
  const indexElements = reader.u8();
  const blockElements = reader.u8();
  const superPointers = reader.u8();
  const pageBits = reader.u8();
  reader.skip(4 * reader.widths.lengthBytes);
  const end = reader.length();
  reader.skip(reader.widths.lengthBytes);
  const indexBlock = reader.address();
  reader.cover({ start, end: reader.position + CHECKSUM_BYTES });
  const isPower = (value: number): boolean => value > 0 && Number.isInteger(Math.log2(value));
  if (!isPower(blockElements) || !isPower(superPointers) || elementBits > MAX_ELEMENT_BITS || pageBits > elementBits) {
    const found = `blocks of ${blockElements}, ${superPointers} pointers, ${elementBits} bits`;
    throw FormatError.of('malformed', { expected: 'an array of chunks', found, offset: start });
  }
  return {
    isFiltered,
    indexElements,
    blockElements,
    pageElements: 2 ** pageBits,
    offsetBytes: Math.ceil(elementBits / 8),
    direct: 2 * Math.log2(superPointers),
    superBlocks: 1 + elementBits - Math.log2(blockElements),
    end,
    indexBlock,
  };
}

class ExtensibleArray {
  readonly #elements: ArrayElements;
  readonly #shape: ArrayShape;
  readonly #visit: VisitElement;

  constructor(elements: ArrayElements, shape: ArrayShape, visit: VisitElement) {
    this.#elements = elements;
    this.#shape = shape;
    // The library takes elements from there on for absent, whatever the blocks hold.
    this.#visit = (index, element) => {
      if (index < shape.end) visit(index, element);
    };
  }

  /** The index block: some elements, then data blocks of the first super blocks, then the other super blocks. */
  run(address: number): void {
    const { reader } = this.#elements;
    const { offsetBytes } = reader.widths;
    const { indexElements, isFiltered, direct, superBlocks } = this.#shape;
    const start = reader.block(address, 'EAIB');
    let position = start + PREFIX_BYTES + offsetBytes;
    this.#elements.visitRun({ position, count: indexElements, index: 0, isFiltered }, this.#visit);
    position += indexElements * this.#elements.bytesEach(isFiltered);
    let index = indexElements;
    for (let number = 0; number < superBlocks && index < this.#shape.end; number += 1) {
      const { blocks, elements } = this.#superBlock(number);
      if (number < direct) {
        this.#blocks({ position, blocks, elements, index });
        position += blocks * offsetBytes;
      } else {
        reader.seek(position);
        const child = reader.address();
        if (child !== undefined) this.#readSuperBlock(child, number, index);
        position += offsetBytes;
      }
      index += blocks * elements;
    }
    reader.cover({ start, end: position + CHECKSUM_BYTES });
  }

  /** Super block n has 2^⌊n/2⌋ data blocks of 2^⌈n/2⌉ times the least number of elements. */
  #superBlock(number: number): { readonly blocks: number; readonly elements: number } {
    return {
      blocks: 2 ** Math.floor(number / 2),
      elements: 2 ** Math.ceil(number / 2) * this.#shape.blockElements,
    };
  }

  #readSuperBlock(address: number, number: number, index: number): void {
    const { reader } = this.#elements;
    const { blocks, elements } = this.#superBlock(number);
    const { pageElements, offsetBytes } = this.#shape;
    const start = reader.block(address, 'EASB');
    const bitmaps = start + PREFIX_BYTES + reader.widths.offsetBytes + offsetBytes;
    const bitmapBytes = elements > pageElements ? Math.ceil(elements / pageElements / 8) : 0;
    const position = bitmaps + blocks * bitmapBytes;
    this.#blocks({ position, blocks, elements, index, bitmaps, bitmapBytes });
    reader.cover({ start, end: position + blocks * reader.widths.offsetBytes + CHECKSUM_BYTES });
  }

  #blocks(pointers: BlockPointers): void {
    const { reader } = this.#elements;
    const { position, blocks, elements, index, bitmaps, bitmapBytes = 0 } = pointers;
    const { isFiltered, pageElements, offsetBytes } = this.#shape;
    if (bitmaps === undefined && elements > pageElements) {
      // Which pages were written is in super blocks only.
      throw FormatError.of('malformed', {
        expected: 'blocks of one page',
        found: `${elements} elements`,
        offset: position,
      });
    }
    for (let i = 0; i < blocks && index + i * elements < this.#shape.end; i += 1) {
      reader.countNode();
      reader.seek(position + i * reader.widths.offsetBytes);
      const address = reader.address();
      if (address === undefined) continue;
      const start = reader.block(address, 'EADB');
      const block: DataBlock = {
        at: start + PREFIX_BYTES + reader.widths.offsetBytes + offsetBytes,
        count: elements,
        index: index + i * elements,
        isFiltered,
        pageElements,
        ...(bitmaps === undefined ? {} : { bitmapAt: bitmaps + i * bitmapBytes }),
      };
      reader.cover({ start, end: visitBlock(this.#elements, block, this.#visit) });
    }
  }
}

interface BlockPointers {
  readonly position: number;
  readonly blocks: number;
  readonly elements: number;
  readonly index: number;
  readonly bitmaps?: number;
  readonly bitmapBytes?: number;
}
