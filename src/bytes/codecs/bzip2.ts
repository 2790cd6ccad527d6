import { FormatError } from '../errors.ts';
import type { ChunkReader } from '../stream-source.ts';
import type { ByteInput } from './byte-input.ts';

const CHUNK_BYTES = 64 * 1024;
const RUN_A = 0;
const RUN_B = 1;
const GROUP_SYMBOLS = 50;
const MAX_CODE_BITS = 20;
const QUICK_BITS = 10;
/** 48-bit marks before a block and before the end: the digits of pi and of its square root. */
const BLOCK_MARK = 0x314159265359;
const END_MARK = 0x177245385090;

/** The CRC-32 of bzip2: the usual polynomial, highest bit first. */
const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n << 24;
  for (let k = 0; k < 8; k += 1) c = c < 0 ? (c << 1) ^ 0x04c11db7 : c << 1;
  return c >>> 0;
});

interface Code {
  /** By the next ten bits: `symbol << 5 | length`, 0 for longer codes. */
  readonly quick: Uint16Array;
  /** Largest code of each length and what to take off a code to find its symbol. */
  readonly limit: Int32Array;
  readonly base: Int32Array;
  readonly symbols: Uint16Array;
}

/** Concatenated bzip2 streams, checksums verified. One block (at most 900 kB) is in memory at a time. */
export class Bzip2Reader implements ChunkReader {
  readonly #input: ByteInput;
  readonly #out = new Uint8Array(CHUNK_BYTES);
  #links = new Uint32Array(0);
  #blockBytes = 0;
  #hold = 0;
  #bits = 0;
  #end: number | undefined;
  #inStream = false;
  #streamCrc = 0;
  /** State of the block being written: symbols left, position in the chain, the run being expanded. */
  #left = 0;
  #at = 0;
  #previous = -1;
  #repeats = 0;
  #run = 0;
  #crc = -1;
  #storedCrc = 0;
  #inBlock = false;

  constructor(input: ByteInput) {
    this.#input = input;
  }

  get consumedBytes(): number {
    return this.#end ?? this.#input.consumed;
  }

  next(): Uint8Array | null {
    while (this.#end === undefined) {
      if (!this.#inStream) this.#startStream();
      else if (!this.#inBlock) this.#startBlock();
      else {
        const length = this.#write();
        if (length > 0) return this.#out.subarray(0, length);
      }
    }
    return null;
  }

  #startStream(): void {
    const { offset } = this.#input;
    const head = this.#input.bytes(4);
    const level = (head[3] as number) - 0x30;
    if (head[0] !== 0x42 || head[1] !== 0x5a || head[2] !== 0x68 || level < 1 || level > 9) {
      throw FormatError.of('malformed', { expected: 'a bzip2 header', found: `bytes ${head.join(' ')}`, offset });
    }
    this.#blockBytes = level * 100_000;
    if (this.#links.length < this.#blockBytes) this.#links = new Uint32Array(this.#blockBytes);
    this.#streamCrc = 0;
    this.#inStream = true;
  }

  #endStream(): void {
    const stored = this.#word();
    if (stored !== this.#streamCrc >>> 0) this.#bad('the checksum of the stream', 'another');
    this.#input.position -= this.#bits >>> 3;
    this.#bits = 0;
    this.#inStream = false;
    const head = this.#input.peek(3);
    const more = head[0] === 0x42 && head[1] === 0x5a && head[2] === 0x68;
    if (!more) this.#end = this.#input.consumed;
  }

  #startBlock(): void {
    const mark = this.#take(24) * 2 ** 24 + this.#take(24);
    if (mark === END_MARK) return this.#endStream();
    if (mark !== BLOCK_MARK) this.#bad('a bzip2 block', mark.toString(16));
    this.#storedCrc = this.#word();
    if (this.#take(1) === 1) {
      throw FormatError.of('unsupported', { feature: 'a randomised bzip2 block', offset: this.#input.offset });
    }
    const origin = this.#take(24);
    const count = this.#readBlock();
    if (origin >= count) this.#bad('an origin within the block', `${origin}`);
    this.#at = (this.#links[origin] as number) >>> 8;
    this.#left = count;
    this.#previous = -1;
    this.#repeats = 0;
    this.#run = 0;
    this.#crc = -1;
    this.#inBlock = true;
  }

  /** Reads the symbols of a block and links them in the order of the inverse Burrows-Wheeler transform. */
  #readBlock(): number {
    const alphabet = this.#alphabet();
    const symbolCount = alphabet.length + 2;
    const groups = this.#take(3);
    if (groups < 2 || groups > 6) this.#bad('2 to 6 Huffman tables', `${groups}`);
    const selectors = this.#selectors(groups);
    const codes = Array.from({ length: groups }, () => this.#code(symbolCount));
    const counts = new Uint32Array(257);
    const count = this.#symbols(alphabet, selectors, codes, counts);
    this.#input.checkOverrun(this.#bits >>> 3);
    for (let i = 0, sum = 0; i < 257; i += 1) {
      const here = counts[i] as number;
      counts[i] = sum;
      sum += here;
    }
    const links = this.#links;
    for (let i = 0; i < count; i += 1) {
      const byte = (links[i] as number) & 0xff;
      const to = counts[byte] as number;
      counts[byte] = to + 1;
      links[to] = ((links[to] as number) & 0xff) | (i << 8);
    }
    return count;
  }

  #alphabet(): Uint8Array {
    const ranges = this.#take(16);
    const used: number[] = [];
    for (let i = 0; i < 16; i += 1) {
      if ((ranges & (0x8000 >> i)) === 0) continue;
      const bits = this.#take(16);
      for (let j = 0; j < 16; j += 1) if (bits & (0x8000 >> j)) used.push(i * 16 + j);
    }
    if (used.length === 0) this.#bad('an alphabet', 'an empty one');
    return Uint8Array.from(used);
  }

  #selectors(groups: number): Uint8Array {
    const count = this.#take(15);
    if (count === 0) this.#bad('selectors', 'none');
    const order = Array.from({ length: groups }, (_, index) => index);
    const selectors = new Uint8Array(count);
    for (let i = 0; i < count; i += 1) {
      let index = 0;
      while (this.#take(1) === 1) {
        index += 1;
        if (index >= groups) this.#bad('a selector', 'one of no table');
      }
      const [chosen = 0] = order.splice(index, 1);
      order.unshift(chosen);
      selectors[i] = chosen;
    }
    return selectors;
  }

  #code(symbolCount: number): Code {
    const lengths = new Uint8Array(symbolCount);
    let length = this.#take(5);
    for (let i = 0; i < symbolCount; i += 1) {
      for (;;) {
        if (length < 1 || length > MAX_CODE_BITS) this.#bad('a code length of 1 to 20', `${length}`);
        if (this.#take(1) === 0) break;
        length += this.#take(1) === 0 ? 1 : -1;
      }
      lengths[i] = length;
    }
    return canonicalCode(lengths);
  }

  /** Run lengths and move-to-front codes (the hot loop); returns the number of bytes in the block. */
  #symbols(alphabet: Uint8Array, selectors: Uint8Array, codes: readonly Code[], counts: Uint32Array): number {
    const links = this.#links;
    const endSymbol = alphabet.length + 1;
    let count = 0;
    let run = 0;
    let weight = 1;
    for (let group = 0; group < selectors.length; group += 1) {
      const code = codes[selectors[group] as number] as Code;
      for (let i = 0; i < GROUP_SYMBOLS; i += 1) {
        const symbol = this.#symbol(code);
        if (symbol <= RUN_B) {
          run += symbol === RUN_A ? weight : weight * 2;
          weight *= 2;
          if (run > this.#blockBytes) this.#bad('a block within its size', 'a longer run');
          continue;
        }
        if (run > 0) {
          const byte = alphabet[0] as number;
          if (count + run > this.#blockBytes) this.#bad('a block within its size', 'a longer one');
          links.fill(byte, count, count + run);
          counts[byte] = (counts[byte] as number) + run;
          count += run;
          run = 0;
          weight = 1;
        }
        if (symbol === endSymbol) return count;
        if (count >= this.#blockBytes) this.#bad('a block within its size', 'a longer one');
        const byte = alphabet[symbol - 1] as number;
        alphabet.copyWithin(1, 0, symbol - 1);
        alphabet[0] = byte;
        links[count++] = byte;
        counts[byte] = (counts[byte] as number) + 1;
      }
    }
    return this.#bad('an end of block', 'no more selectors');
  }

  #symbol(code: Code): number {
    const input = this.#input;
    if (this.#bits < MAX_CODE_BITS) {
      input.ensure(4);
      while (this.#bits <= 24) {
        this.#hold = (this.#hold << 8) | (input.buffer[input.position++] as number);
        this.#bits += 8;
      }
    }
    const ahead = (this.#hold << (32 - this.#bits)) >>> 12;
    const entry = code.quick[ahead >>> (MAX_CODE_BITS - QUICK_BITS)] as number;
    if (entry !== 0) {
      this.#bits -= entry & 31;
      return entry >>> 5;
    }
    return this.#longSymbol(code, ahead);
  }

  #longSymbol(code: Code, ahead: number): number {
    this.#input.checkOverrun(this.#bits >>> 3);
    for (let length = QUICK_BITS + 1; length <= MAX_CODE_BITS; length += 1) {
      const value = ahead >>> (MAX_CODE_BITS - length);
      if (value > (code.limit[length] as number)) continue;
      this.#bits -= length;
      return code.symbols[value - (code.base[length] as number)] ?? this.#bad('a Huffman code', 'an unused one');
    }
    return this.#bad('a Huffman code', 'an unused one');
  }

  /** Undoes the first run-length step: four equal bytes are followed by how many more of them come. */
  #write(): number {
    const out = this.#out;
    const links = this.#links;
    let to = 0;
    let crc = this.#crc;
    while (to < CHUNK_BYTES) {
      if (this.#run > 0) {
        this.#run -= 1;
      } else {
        if (this.#left === 0) break;
        const link = links[this.#at] as number;
        this.#at = link >>> 8;
        this.#left -= 1;
        const byte = link & 0xff;
        if (this.#repeats === 4) {
          this.#run = byte;
          this.#repeats = 0;
          continue;
        }
        this.#repeats = byte === this.#previous ? this.#repeats + 1 : 1;
        this.#previous = byte;
      }
      out[to++] = this.#previous;
      crc = (crc << 8) ^ (crcTable[((crc >>> 24) ^ this.#previous) & 0xff] as number);
    }
    this.#crc = crc;
    if (to < CHUNK_BYTES) this.#finishBlock();
    return to;
  }

  #finishBlock(): void {
    this.#inBlock = false;
    const crc = ~this.#crc >>> 0;
    if (crc !== this.#storedCrc) this.#bad(`block checksum ${crc.toString(16)}`, this.#storedCrc.toString(16));
    this.#streamCrc = ((this.#streamCrc << 1) | (this.#streamCrc >>> 31)) ^ crc;
  }

  #word(): number {
    return this.#take(16) * 65536 + this.#take(16);
  }

  /** The next `count` bits, highest first, at most 24. */
  #take(count: number): number {
    while (this.#bits < count) {
      this.#hold = (this.#hold << 8) | this.#input.u8();
      this.#bits += 8;
    }
    this.#bits -= count;
    return (this.#hold >>> this.#bits) & (2 ** count - 1);
  }

  #bad(expected: string, found: string): never {
    throw FormatError.of('malformed', { expected, found, offset: this.#input.offset });
  }
}

function canonicalCode(lengths: Uint8Array): Code {
  const limit = new Int32Array(MAX_CODE_BITS + 2).fill(-1);
  const base = new Int32Array(MAX_CODE_BITS + 2);
  const symbols = new Uint16Array(lengths.length);
  const quick = new Uint16Array(2 ** QUICK_BITS);
  let code = 0;
  let placed = 0;
  for (let length = 1; length <= MAX_CODE_BITS; length += 1) {
    base[length] = code - placed;
    for (let symbol = 0; symbol < lengths.length; symbol += 1) {
      if (lengths[symbol] !== length) continue;
      symbols[placed++] = symbol;
      const from = code * 2 ** (QUICK_BITS - length);
      if (length <= QUICK_BITS) quick.fill((symbol << 5) | length, from, from + 2 ** (QUICK_BITS - length));
      code += 1;
    }
    limit[length] = code - 1;
    code *= 2;
  }
  return { quick, limit, base, symbols };
}
