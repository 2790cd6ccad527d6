import { FormatError } from './errors.ts';
import type { Source } from './source.ts';

const WINDOW_BYTES = 64 * 1024;
/** Read after a jump. Headers of 10^5 members, far apart, would else cost 64 KiB each. */
const FIRST_WINDOW_BYTES = 4 * 1024;
/** Each window that goes on where the last one ended is larger by so much. */
const WINDOW_GROWTH = 4;
/** Windows are never written to, and there may be 10^5 cursors. */
const NO_BYTES = new Uint8Array(0);
const NO_VIEW = new DataView(NO_BYTES.buffer);
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export interface CursorOptions {
  /** Where reading starts; default 0. */
  readonly offset?: number;
  /** Where it must stop; default: where the source ends. */
  readonly end?: number;
}

/** Reads numbers and strings in order, little-endian, never past `end`. Every method throws FormatError `truncated`. */
export class Cursor {
  readonly source: Source;
  readonly #end: number;
  #buffer = NO_BYTES;
  #window = NO_BYTES;
  #view = NO_VIEW;
  #windowStart = 0;
  #offset: number;

  constructor(source: Source, options: CursorOptions = {}) {
    this.source = source;
    this.#offset = options.offset ?? 0;
    this.#end = options.end ?? Number.POSITIVE_INFINITY;
  }

  /** Where the next byte is read, from the start of the source. */
  get offset(): number {
    return this.#offset;
  }

  seek(offset: number): void {
    this.#offset = offset;
  }

  /** Moves on without reading. Reading is what finds the end, so skipping past it is only noticed then. */
  skip(bytes: number): void {
    this.#offset += bytes;
  }

  /** True when no byte is left. */
  atEnd(): boolean {
    return this.#available(1) < 1;
  }

  u8(): number {
    const at = this.#take(1);
    return this.#view.getUint8(at);
  }

  u16(): number {
    const at = this.#take(2);
    return this.#view.getUint16(at, true);
  }

  u32(): number {
    const at = this.#take(4);
    return this.#view.getUint32(at, true);
  }

  i32(): number {
    const at = this.#take(4);
    return this.#view.getInt32(at, true);
  }

  /** @throws FormatError `malformed` when the value is 2^53 or more and so cannot be a real size or offset. */
  u64(): number {
    const at = this.#offset;
    const value = this.u64big();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw FormatError.of('malformed', { expected: 'a 64-bit number below 2^53', found: `${value}`, offset: at });
    }
    return Number(value);
  }

  u64big(): bigint {
    const at = this.#take(8);
    return this.#view.getBigUint64(at, true);
  }

  i64big(): bigint {
    const at = this.#take(8);
    return this.#view.getBigInt64(at, true);
  }

  f32(): number {
    const at = this.#take(4);
    return this.#view.getFloat32(at, true);
  }

  f64(): number {
    const at = this.#take(8);
    return this.#view.getFloat64(at, true);
  }

  /** A copy of the next `length` bytes; the caller has bounded `length`. */
  bytes(length: number): Uint8Array {
    if (length > WINDOW_BYTES) return this.#large(length);
    if (length === 0) return NO_BYTES;
    const at = this.#take(length);
    return this.#window.slice(at, at + length);
  }

  /** @throws FormatError `malformed` when the bytes are not UTF-8. */
  utf8(length: number): string {
    const offset = this.#offset;
    const bytes = this.bytes(length);
    try {
      return utf8.decode(bytes);
    } catch (cause) {
      throw FormatError.of('malformed', { expected: 'UTF-8 text', found: 'other bytes', offset }, cause);
    }
  }

  #large(length: number): Uint8Array {
    this.#mustHave(length, Math.min(length, Math.max(0, this.#end - this.#offset)));
    const bytes = new Uint8Array(length);
    this.#mustHave(length, this.source.read(this.#offset, bytes));
    this.#offset += length;
    return bytes;
  }

  /** Makes `length` bytes readable and returns where they start in the window; `#view` may be another one afterwards. */
  #take(length: number): number {
    this.#mustHave(length, this.#available(length));
    const at = this.#offset - this.#windowStart;
    this.#offset += length;
    return at;
  }

  #mustHave(wanted: number, found: number): void {
    if (found >= wanted) return;
    throw FormatError.of('truncated', { wanted, offset: this.#offset, size: this.#offset + found });
  }

  /** Bytes readable at the offset without passing `end`, loading a window when `wanted` are not there yet. */
  #available(wanted: number): number {
    const limit = Math.max(0, this.#end - this.#offset);
    const inWindow = this.#windowStart + this.#window.length - this.#offset;
    if (this.#offset >= this.#windowStart && inWindow >= Math.min(wanted, limit)) return Math.min(inWindow, limit);
    this.#load(Math.min(Math.max(wanted, this.#nextWindow()), limit));
    return this.#window.length;
  }

  #nextWindow(): number {
    const goesOn = this.#offset >= this.#windowStart && this.#offset <= this.#windowStart + this.#window.length;
    return goesOn
      ? Math.min(WINDOW_BYTES, Math.max(FIRST_WINDOW_BYTES, this.#window.length * WINDOW_GROWTH))
      : FIRST_WINDOW_BYTES;
  }

  #load(bytes: number): void {
    // Empty until the read has come back: it may throw.
    this.#window = NO_BYTES;
    if (this.#buffer.length < bytes) this.#buffer = new Uint8Array(bytes);
    const got = this.source.read(this.#offset, this.#buffer.subarray(0, bytes));
    this.#window = this.#buffer.subarray(0, got);
    this.#view = new DataView(this.#buffer.buffer, 0, got);
    this.#windowStart = this.#offset;
  }
}
