import { FormatError, LimitError } from '../../bytes/errors.ts';
import type { Source } from '../../bytes/source.ts';

/** A window starts small, for the many tiny streams, and grows to where reading more at once gains nothing. */
const FIRST_WINDOW_BYTES = 4 * 1024;
const MAX_WINDOW_BYTES = 256 * 1024;
/** A text operand (a name, a number, a quoted string) longer than this was not written by any pickler. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const NEWLINE = 0x0a;

/** The part of the stream being read, in one buffer that is used again: what `line` returns is valid until the next read. Fields are public because the opcode loop reads them a hundred million times. */
export class ByteWindow {
  readonly source: Source;
  bytes = new Uint8Array(0);
  #view = new DataView(this.bytes.buffer);
  /** Offset in the source of `bytes[0]`. */
  base: number;
  pos = 0;
  limit = 0;
  /** True once a line ended with the file instead of a newline. */
  unterminated = false;

  constructor(source: Source, start: number) {
    this.source = source;
    this.base = start;
  }

  get offset(): number {
    return this.base + this.pos;
  }

  u8(): number {
    if (this.pos >= this.limit) this.require(1);
    return this.bytes[this.pos++] as number;
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

  /** A 64-bit size; sizes of 2^53 or more cannot exist and read as `Infinity`. */
  u64(): number {
    const at = this.#take(8);
    const value = this.#view.getBigUint64(at, true);
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.POSITIVE_INFINITY : Number(value);
  }

  /** Makes `count` (up to the window's size) bytes readable at `pos`. @throws FormatError `truncated`. */
  require(count: number): void {
    if (this.pos + count <= this.limit) return;
    const start = this.offset;
    const room = Math.max(count, Math.min(MAX_WINDOW_BYTES, Math.max(FIRST_WINDOW_BYTES, this.bytes.length * 4)));
    if (this.bytes.length < room) {
      this.bytes = new Uint8Array(room);
      this.#view = new DataView(this.bytes.buffer);
    }
    this.limit = this.source.read(start, this.bytes);
    this.base = start;
    this.pos = 0;
    if (this.limit < count) throw truncated(count, start, start + this.limit);
  }

  /** Moves over `count` bytes without reading more than the last of them. @throws FormatError `truncated`. */
  skip(count: number): void {
    if (this.pos + count <= this.limit) {
      this.pos += count;
      return;
    }
    const start = this.offset;
    const end = start + count;
    if (!(end < Number.MAX_SAFE_INTEGER) || this.source.read(end - 1, new Uint8Array(1)) < 1) {
      throw truncated(count, start, start + this.limit - this.pos);
    }
    this.base = end;
    this.pos = 0;
    this.limit = 0;
  }

  /**
   * The next line without its newline. At the end of the file, where the newline is missing, the last byte is cut off in
   * its place, as the unpickler in Python does, and `unterminated` is set; the one in C refuses such a line.
   */
  line(): Uint8Array {
    for (let wanted = 1024; ; wanted *= 4) {
      const at = this.bytes.subarray(0, this.limit).indexOf(NEWLINE, this.pos);
      if (at >= 0) return this.#cut(at - this.pos, at - this.pos + 1);
      const had = this.limit - this.pos;
      if (had >= MAX_LINE_BYTES) throw LimitError.of('pickle line bytes', MAX_LINE_BYTES, had);
      if (this.#extend(Math.max(wanted, had * 2))) continue;
      this.unterminated = true;
      return this.#cut(Math.max(0, this.limit - this.pos - 1), this.limit - this.pos);
    }
  }

  #cut(length: number, consumed: number): Uint8Array {
    const line = this.bytes.subarray(this.pos, this.pos + length);
    this.pos += consumed;
    return line;
  }

  /** Reloads so that up to `count` bytes are readable; false when that brought nothing new. */
  #extend(count: number): boolean {
    const had = this.limit - this.pos;
    try {
      this.require(count);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
    return this.limit - this.pos > had;
  }

  /** Where the next `count` bytes start in the window, which may be another one afterwards. */
  #take(count: number): number {
    if (this.pos + count > this.limit) this.require(count);
    const at = this.pos;
    this.pos += count;
    return at;
  }
}

function truncated(wanted: number, offset: number, size: number): FormatError {
  return FormatError.of('truncated', { wanted, offset, size });
}
