import { FormatError } from '../errors.ts';
import type { ChunkReader } from '../stream-source.ts';
import { ByteInput } from './byte-input.ts';
import { buildTable, type HuffmanTable, newTable } from './huffman.ts';

const CHUNK_BYTES = 64 * 1024;

/** RFC 1951 §3.2.5: base lengths and extra bits of the length codes 257 … 285. */
const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
/** RFC 1951 §3.2.7: the order in which the lengths of the code length code come. */
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

interface Variant {
  readonly windowBytes: number;
  readonly maxMatch: number;
  readonly distanceCodes: number;
  readonly lengthBase: Uint32Array;
  readonly lengthExtra: Uint8Array;
}

const deflate: Variant = {
  windowBytes: 32 * 1024,
  maxMatch: 258,
  distanceCodes: 30,
  lengthBase: Uint32Array.from(LENGTH_BASE),
  lengthExtra: Uint8Array.from(LENGTH_EXTRA),
};

/** Deflate64 (zip method 9): twice the window, two more distance codes, and code 285 with 16 extra bits. */
const deflate64: Variant = {
  windowBytes: 64 * 1024,
  maxMatch: 65538,
  distanceCodes: 32,
  lengthBase: Uint32Array.from([...LENGTH_BASE.slice(0, -1), 3]),
  lengthExtra: Uint8Array.from([...LENGTH_EXTRA.slice(0, -1), 16]),
};

const distanceExtra = Uint8Array.from({ length: 32 }, (_, code) => (code < 4 ? 0 : (code >> 1) - 1));
const distanceBase = Uint32Array.from({ length: 32 }, (_, code) =>
  code < 4 ? code + 1 : ((2 + (code & 1)) << ((code >> 1) - 1)) + 1,
);

interface Tables {
  readonly literals: HuffmanTable;
  readonly distances: HuffmanTable;
}

/** RFC 1951 §3.2.6. What compresses to a few bytes uses them, so small members all share one copy. */
const fixedTables = fixed();

function fixed(): Tables {
  const tables = { literals: newTable(9), distances: newTable(5) };
  const lengths = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280);
  buildTable(tables.literals, lengths);
  buildTable(tables.distances, new Uint8Array(32).fill(5));
  return tables;
}

type State = 'header' | 'stored' | 'codes' | 'end';

/**
 * Raw deflate (RFC 1951) in bounded chunks. Our own because a scanner must know the exact byte at which the stream
 * ends, whatever follows it, and must never inflate more than a chunk at a time.
 */
export class InflateReader implements ChunkReader {
  readonly #input: ByteInput;
  readonly #variant: Variant;
  readonly #out: Uint8Array;
  #tables = fixedTables;
  /** For the codes of the stream itself, once it has any. */
  #ownTables: Tables | undefined;
  #outAt = 0;
  #hold = 0;
  #bits = 0;
  #state: State = 'header';
  #last = false;
  #storedLeft = 0;
  #failure: unknown;

  constructor(input: ByteInput, variant: 'deflate' | 'deflate64' = 'deflate') {
    this.#input = input;
    this.#variant = variant === 'deflate' ? deflate : deflate64;
    this.#out = new Uint8Array(this.#variant.windowBytes + CHUNK_BYTES + this.#variant.maxMatch);
  }

  /** Begins the next stream of the same input; a file of many small ones would else cost a window for each. */
  restart(): void {
    this.#tables = fixedTables;
    this.#outAt = 0;
    this.#hold = 0;
    this.#bits = 0;
    this.#state = 'header';
    this.#last = false;
    this.#storedLeft = 0;
  }

  get consumedBytes(): number {
    return this.#input.consumed - (this.#bits >>> 3);
  }

  next(): Uint8Array | null {
    const { windowBytes } = this.#variant;
    if (this.#outAt > windowBytes) {
      this.#out.copyWithin(0, this.#outAt - windowBytes, this.#outAt);
      this.#outAt = windowBytes;
    }
    const from = this.#outAt;
    const until = from + CHUNK_BYTES;
    if (this.#failure !== undefined) throw this.#failure;
    try {
      while (this.#outAt < until && this.#state !== 'end') this.#step(until);
    } catch (error) {
      // What came before the damage is what a loader that reads in pieces has already acted on.
      if (this.#outAt === from) throw error;
      this.#failure = error;
    }
    return this.#outAt === from ? null : this.#out.subarray(from, this.#outAt);
  }

  #step(until: number): void {
    if (this.#state === 'header') this.#blockHeader();
    else if (this.#state === 'stored') this.#copyStored(until);
    else this.#decodeCodes(until);
    this.#input.checkOverrun(this.#bits >>> 3);
  }

  #blockHeader(): void {
    if (this.#last) {
      this.#giveBack();
      this.#state = 'end';
      return;
    }
    this.#last = this.#take(1) === 1;
    const type = this.#take(2);
    if (type === 0) this.#storedHeader();
    else if (type === 1) this.#useTables(fixedTables);
    else if (type === 2) this.#useTables(this.#dynamicTables());
    else this.#bad('a block type 0, 1 or 2', '3');
  }

  #storedHeader(): void {
    this.#giveBack();
    const length = this.#input.u16();
    const complement = this.#input.u16();
    if ((length ^ complement) !== 0xffff) this.#bad('a stored length and its complement', `${length}, ${complement}`);
    this.#storedLeft = length;
    this.#state = 'stored';
  }

  #copyStored(until: number): void {
    const length = Math.min(this.#storedLeft, until - this.#outAt);
    this.#input.take(this.#out.subarray(this.#outAt, this.#outAt + length));
    this.#outAt += length;
    this.#storedLeft -= length;
    if (this.#storedLeft === 0) this.#state = 'header';
  }

  #useTables(tables: Tables): void {
    this.#tables = tables;
    this.#state = 'codes';
  }

  #dynamicTables(): Tables {
    this.#ownTables ??= { literals: newTable(15), distances: newTable(15) };
    const literalCount = this.#take(5) + 257;
    const distanceCount = this.#take(5) + 1;
    const codeCount = this.#take(4) + 4;
    const codeLengths = new Uint8Array(19);
    for (let i = 0; i < codeCount; i += 1) codeLengths[CODE_LENGTH_ORDER[i] as number] = this.#take(3);
    const lengths = this.#codeLengths(codeLengths, literalCount + distanceCount);
    const valid =
      buildTable(this.#ownTables.literals, lengths.subarray(0, literalCount)) &&
      buildTable(this.#ownTables.distances, lengths.subarray(literalCount));
    if (!valid) this.#bad('Huffman codes that fit', 'too many short ones');
    return this.#ownTables;
  }

  #codeLengths(codeLengths: Uint8Array, count: number): Uint8Array {
    const table = newTable(7);
    if (!buildTable(table, codeLengths)) this.#bad('a code length code that fits', 'too many short ones');
    const lengths = new Uint8Array(count);
    for (let i = 0; i < count; ) {
      const symbol = this.#symbol(table);
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) this.#bad('a length to repeat', 'none');
      const value = symbol === 16 ? (lengths[i - 1] as number) : 0;
      const times = symbol === 16 ? 3 + this.#take(2) : symbol === 17 ? 3 + this.#take(3) : 11 + this.#take(7);
      if (i + times > count) this.#bad(`${count} code lengths`, `${i + times}`);
      lengths.fill(value, i, i + times);
      i += times;
    }
    return lengths;
  }

  /** The hot loop: literals and matches until the chunk is full or the block ends. */
  // oxlint-disable-next-line complexity, max-lines-per-function -- one loop over local variables runs twice as fast as methods
  #decodeCodes(until: number): void {
    const { lengthBase, lengthExtra, distanceCodes } = this.#variant;
    const input = this.#input;
    const { buffer } = input;
    const out = this.#out;
    const { entries: literals, mask: literalMask } = this.#tables.literals;
    const { entries: distances, mask: distanceMask } = this.#tables.distances;
    let { position } = input;
    let hold = this.#hold;
    let bits = this.#bits;
    let at = this.#outAt;
    let fault = '';
    // Output up to here was decoded from bytes that are there, should the stream turn out to be cut short.
    let sound = at;
    // One symbol takes at most 9 bytes of input.
    let safe = input.limit - 12;
    while (at < until) {
      if (position > safe) {
        input.position = position;
        input.ensure(12);
        if (input.position - (bits >>> 3) > input.limit) break;
        sound = at;
        position = input.position;
        safe = Math.max(input.limit - 12, position);
      }
      while (bits <= 24) {
        hold |= (buffer[position++] as number) << bits;
        bits += 8;
      }
      let entry = literals[hold & literalMask] as number;
      hold >>>= entry & 15;
      bits -= entry & 15;
      let symbol = entry >>> 4;
      if (symbol < 256) {
        if (entry === 0) {
          fault = 'a literal or length code';
          break;
        }
        out[at++] = symbol;
        continue;
      }
      if (symbol === 256) {
        this.#state = 'header';
        break;
      }
      symbol -= 257;
      if (symbol > 28) {
        fault = 'a length code up to 285';
        break;
      }
      let extra = lengthExtra[symbol] as number;
      while (bits <= 24) {
        hold |= (buffer[position++] as number) << bits;
        bits += 8;
      }
      let length = (lengthBase[symbol] as number) + (hold & ((1 << extra) - 1));
      hold >>>= extra;
      bits -= extra;
      while (bits <= 24) {
        hold |= (buffer[position++] as number) << bits;
        bits += 8;
      }
      entry = distances[hold & distanceMask] as number;
      hold >>>= entry & 15;
      bits -= entry & 15;
      symbol = entry >>> 4;
      if (entry === 0 || symbol >= distanceCodes) {
        fault = 'a distance code';
        break;
      }
      extra = distanceExtra[symbol] as number;
      while (bits <= 24) {
        hold |= (buffer[position++] as number) << bits;
        bits += 8;
      }
      let from = at - (distanceBase[symbol] as number) - (hold & ((1 << extra) - 1));
      hold >>>= extra;
      bits -= extra;
      if (from < 0) {
        fault = 'a distance within the output';
        break;
      }
      for (; length > 0; length -= 1) out[at++] = out[from++] as number;
    }
    input.position = position;
    this.#hold = hold;
    this.#bits = bits;
    this.#outAt = position - (bits >>> 3) > input.limit ? sound : at;
    if (fault !== '') this.#bad(fault, 'none');
  }

  /** The next `count` bits, at most 16. */
  #take(count: number): number {
    while (this.#bits < count) {
      this.#hold |= this.#input.u8() << this.#bits;
      this.#bits += 8;
    }
    const value = this.#hold & ((1 << count) - 1);
    this.#hold >>>= count;
    this.#bits -= count;
    return value;
  }

  #symbol(table: HuffmanTable): number {
    for (let length = 1; length <= 15; length += 1) {
      const entry = table.entries[this.#hold & table.mask] as number;
      if (entry !== 0 && (entry & 15) <= this.#bits) {
        this.#take(entry & 15);
        return entry >>> 4;
      }
      this.#hold |= this.#input.u8() << this.#bits;
      this.#bits += 8;
    }
    return this.#bad('a code length symbol', 'an unused one');
  }

  /** Returns whole bytes that were read ahead, and drops the rest of the current one. */
  #giveBack(): void {
    this.#input.position -= this.#bits >>> 3;
    this.#hold = 0;
    this.#bits = 0;
  }

  #bad(expected: string, found: string): never {
    throw FormatError.of('malformed', { expected, found, offset: this.#input.offset });
  }
}
