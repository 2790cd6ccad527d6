import { FormatError, LimitError } from '../errors.ts';
import type { ByteInput } from './byte-input.ts';

const CHUNK_BYTES = 64 * 1024;
const FIRST_DICTIONARY_BYTES = 256 * 1024;
const EVEN = 1024;
const STATES = 12;
const MAX_POSITION_STATES = 16;

/** Where each group of probabilities starts in the one array that holds them all. */
const IS_MATCH = 0;
const IS_REP = IS_MATCH + STATES * MAX_POSITION_STATES;
const IS_REP0 = IS_REP + STATES;
const IS_REP1 = IS_REP0 + STATES;
const IS_REP2 = IS_REP1 + STATES;
const IS_REP0_LONG = IS_REP2 + STATES;
const DISTANCE_SLOT = IS_REP0_LONG + STATES * MAX_POSITION_STATES;
const DISTANCE_SPECIAL = DISTANCE_SLOT + 4 * 64;
const DISTANCE_ALIGN = DISTANCE_SPECIAL + 128;
const LENGTH_CODER = DISTANCE_ALIGN + 16;
const LENGTH_MID = 2 + MAX_POSITION_STATES * 8;
const LENGTH_HIGH = LENGTH_MID + MAX_POSITION_STATES * 8;
const LENGTH_CODER_SIZE = LENGTH_HIGH + 256;
const REP_LENGTH_CODER = LENGTH_CODER + LENGTH_CODER_SIZE;
const LITERALS = REP_LENGTH_CODER + LENGTH_CODER_SIZE;

/** Literal context, literal position and position bits. */
export interface LzmaProperties {
  readonly lc: number;
  readonly lp: number;
  readonly pb: number;
}

/** Splits the properties byte. @throws FormatError `malformed` when it is above 224. */
export function parseProperties(byte: number, offset: number): LzmaProperties {
  if (byte >= 225)
    throw FormatError.of('malformed', { expected: 'LZMA properties up to 224', found: `${byte}`, offset });
  return { lc: byte % 9, lp: Math.floor(byte / 9) % 5, pb: Math.floor(byte / 45) };
}

/**
 * The LZMA decoder proper (range coder, state machine, dictionary), shared by .lzma, LZMA2, zip method 14 and 7z.
 * Written from the format's specification. The dictionary grows with the output, so a header that
 * declares 4 GiB costs nothing until that much was produced.
 */
export class LzmaDecoder {
  readonly #input: ByteInput;
  readonly #dictionaryBytes: number;
  readonly #maxDictionaryBytes: number;
  #probs = new Uint16Array(0);
  #properties: LzmaProperties = { lc: 0, lp: 0, pb: 0 };
  #range = 0;
  #code = 0;
  #state = 0;
  #reps = new Uint32Array(4);
  /** Bytes of a match that did not fit into the chunk. */
  #pending = 0;
  #dictionary = new Uint8Array(0);
  #at = 0;
  /** Bytes a match may reach back. */
  #available = 0;
  #total = 0;
  #failure: unknown;
  /** True once the end marker was read. */
  ended = false;

  constructor(input: ByteInput, dictionaryBytes: number, maxDictionaryBytes: number) {
    this.#input = input;
    this.#dictionaryBytes = Math.max(4096, dictionaryBytes);
    this.#maxDictionaryBytes = maxDictionaryBytes;
    this.#dictionary = new Uint8Array(Math.min(this.#dictionaryBytes, FIRST_DICTIONARY_BYTES));
  }

  setProperties(properties: LzmaProperties): void {
    this.#properties = properties;
    this.resetState();
  }

  resetState(): void {
    const { lc, lp } = this.#properties;
    const size = LITERALS + 0x300 * 2 ** (lc + lp);
    if (this.#probs.length !== size) this.#probs = new Uint16Array(size);
    this.#probs.fill(EVEN);
    this.#state = 0;
    this.#reps.fill(0);
  }

  resetDictionary(): void {
    this.#available = 0;
    this.#total = 0;
  }

  /** Starts the range coder: the first byte of a chunk is always zero. */
  startRange(): void {
    const { offset } = this.#input;
    const first = this.#input.u8();
    if (first !== 0) throw FormatError.of('malformed', { expected: 'an LZMA stream', found: `byte ${first}`, offset });
    this.#range = 0xffffffff;
    this.#code = 0;
    for (let i = 0; i < 4; i += 1) this.#code = this.#code * 256 + this.#input.u8();
  }

  /** True when the range coder has used up exactly what was written (and so nothing is left to decode). */
  get rangeIsDone(): boolean {
    if (this.#range < 0x1000000) this.#normalize();
    return this.#code === 0;
  }

  /** Stores bytes that were not compressed and returns them; at most as many as fit into this chunk. */
  copy(length: number): Uint8Array {
    const { from, until } = this.#room(length);
    this.#input.take(this.#dictionary.subarray(from, until));
    this.#advance(until - from);
    return this.#dictionary.subarray(from, until);
  }

  /** Decodes up to `length` bytes and returns them; fewer at the end of a chunk or at the end marker. */
  decode(length: number): Uint8Array {
    if (this.#failure !== undefined) throw this.#failure;
    const { from, until } = this.#room(length);
    try {
      this.#repeat(until);
      while (this.#at < until && !this.ended) this.#soundSymbol(until);
    } catch (error) {
      // What came before the damage is what a loader that reads in pieces has already acted on.
      if (this.#at === from) throw error;
      this.#failure = error;
    }
    return this.#dictionary.subarray(from, this.#at);
  }

  /** A symbol that was decoded from bytes past the end is no output. */
  #soundSymbol(until: number): void {
    const before = this.#at;
    this.#symbol(until);
    const input = this.#input;
    if (input.position <= input.limit) return;
    this.#at = before;
    input.checkOverrun();
  }

  /** True when a match wants to write more than was asked for. */
  get overflows(): boolean {
    return this.#pending > 0;
  }

  #room(length: number): { from: number; until: number } {
    if (this.#at === this.#dictionary.length) this.#growOrWrap();
    const from = this.#at;
    return { from, until: Math.min(this.#dictionary.length, from + Math.min(length, CHUNK_BYTES)) };
  }

  #growOrWrap(): void {
    const { length } = this.#dictionary;
    if (length >= this.#dictionaryBytes) {
      this.#at = 0;
      return;
    }
    const larger = Math.min(this.#dictionaryBytes, length * 2);
    if (larger > this.#maxDictionaryBytes) {
      throw LimitError.of('maxDictionaryBytes', this.#maxDictionaryBytes, this.#dictionaryBytes);
    }
    const grown = new Uint8Array(larger);
    grown.set(this.#dictionary);
    this.#dictionary = grown;
  }

  #advance(bytes: number): void {
    this.#at += bytes;
    this.#total += bytes;
    this.#available = Math.min(this.#available + bytes, this.#dictionaryBytes);
  }

  /** One literal or match (the hot path). */
  #symbol(until: number): void {
    const positionState = this.#total & ((1 << this.#properties.pb) - 1);
    const state = this.#state;
    if (this.#bit(IS_MATCH + state * MAX_POSITION_STATES + positionState) === 0) {
      this.#literal();
      return;
    }
    if (this.#bit(IS_REP + state) === 1) {
      if (this.#repeatedMatch(positionState)) this.#pending = 1;
      else this.#pending = this.#length(REP_LENGTH_CODER, positionState);
    } else {
      const reps = this.#reps;
      reps.copyWithin(1, 0, 3);
      this.#pending = this.#length(LENGTH_CODER, positionState);
      this.#state = state < 7 ? 7 : 10;
      reps[0] = this.#distance(this.#pending);
      if (reps[0] === 0xffffffff) {
        this.ended = true;
        this.#pending = 0;
        return;
      }
    }
    if ((this.#reps[0] as number) >= this.#available) {
      const found = `${this.#reps[0]}`;
      throw FormatError.of('malformed', {
        expected: 'an LZMA distance within the output',
        found,
        offset: this.#input.offset,
      });
    }
    this.#repeat(until);
  }

  /** A match at one of the last four distances; true when it is a single byte. */
  #repeatedMatch(positionState: number): boolean {
    const state = this.#state;
    const reps = this.#reps;
    if (this.#bit(IS_REP0 + state) === 0) {
      if (this.#bit(IS_REP0_LONG + state * MAX_POSITION_STATES + positionState) === 0) {
        this.#state = state < 7 ? 9 : 11;
        return true;
      }
    } else {
      const index = this.#bit(IS_REP1 + state) === 0 ? 1 : this.#bit(IS_REP2 + state) === 0 ? 2 : 3;
      const distance = reps[index] as number;
      reps.copyWithin(1, 0, index);
      reps[0] = distance;
    }
    this.#state = state < 7 ? 8 : 11;
    return false;
  }

  #literal(): void {
    const { lc, lp } = this.#properties;
    const before = this.#available === 0 ? 0 : this.#byteBack(0);
    const context = ((this.#total & ((1 << lp) - 1)) << lc) + (before >> (8 - lc));
    const base = LITERALS + 0x300 * context;
    let symbol = 1;
    if (this.#state >= 7) {
      let matched = this.#byteBack(this.#reps[0] as number);
      while (symbol < 0x100) {
        const matchBit = (matched >> 7) & 1;
        matched <<= 1;
        const bit = this.#bit(base + ((1 + matchBit) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (bit !== matchBit) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(base + symbol);
    this.#dictionary[this.#at] = symbol;
    this.#advance(1);
    const state = this.#state;
    this.#state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
  }

  #byteBack(distance: number): number {
    const index = this.#at - distance - 1;
    return this.#dictionary[index < 0 ? index + this.#dictionary.length : index] as number;
  }

  #length(coder: number, positionState: number): number {
    if (this.#bit(coder) === 0) return 2 + this.#tree(coder + 2 + positionState * 8, 3);
    if (this.#bit(coder + 1) === 0) return 10 + this.#tree(coder + LENGTH_MID + positionState * 8, 3);
    return 18 + this.#tree(coder + LENGTH_HIGH, 8);
  }

  #distance(length: number): number {
    const slot = this.#tree(DISTANCE_SLOT + Math.min(length - 2, 3) * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return base + this.#reverseTree(DISTANCE_SPECIAL + base - slot - 1, bits);
    return base + this.#direct(bits - 4) * 16 + this.#reverseTree(DISTANCE_ALIGN, 4);
  }

  #tree(base: number, bits: number): number {
    let symbol = 1;
    for (let i = 0; i < bits; i += 1) symbol = (symbol << 1) | this.#bit(base + symbol);
    return symbol - (1 << bits);
  }

  #reverseTree(base: number, bits: number): number {
    let node = 1;
    let value = 0;
    for (let i = 0; i < bits; i += 1) {
      const bit = this.#bit(base + node);
      node = (node << 1) | bit;
      value |= bit << i;
    }
    return value;
  }

  #direct(bits: number): number {
    let value = 0;
    for (let i = 0; i < bits; i += 1) {
      if (this.#range < 0x1000000) this.#normalize();
      this.#range = Math.floor(this.#range / 2);
      const bit = this.#code >= this.#range ? 1 : 0;
      if (bit === 1) this.#code -= this.#range;
      value = value * 2 + bit;
    }
    return value;
  }

  #bit(index: number): number {
    if (this.#range < 0x1000000) this.#normalize();
    const prob = this.#probs[index] as number;
    const bound = (this.#range >>> 11) * prob;
    if (this.#code < bound) {
      this.#range = bound;
      this.#probs[index] = prob + ((2048 - prob) >>> 5);
      return 0;
    }
    this.#range -= bound;
    this.#code -= bound;
    this.#probs[index] = prob - (prob >>> 5);
    return 1;
  }

  #normalize(): void {
    const input = this.#input;
    if (input.position >= input.limit) input.ensure(1);
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | (input.buffer[input.position++] ?? 0)) >>> 0;
  }

  /** Writes what is left of a match, as far as the chunk goes. */
  #repeat(until: number): void {
    const dictionary = this.#dictionary;
    const count = Math.min(this.#pending, until - this.#at);
    let from = this.#at - (this.#reps[0] as number) - 1;
    if (from < 0) from += dictionary.length;
    let to = this.#at;
    for (let i = 0; i < count; i += 1) {
      dictionary[to++] = dictionary[from++] as number;
      if (from === dictionary.length) from = 0;
    }
    this.#pending -= count;
    this.#advance(count);
  }
}
