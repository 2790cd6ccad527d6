import { FormatError } from '../errors.ts';
import type { Source } from '../source.ts';

const PIECE_BYTES = 32 * 1024;
/** Zero bytes readable past the end, so that a decoder's hot loop needs no check for each byte. */
const SLACK_BYTES = 16;
/** Bytes kept before `position`, for decoders that read ahead into a bit buffer and give back. */
const KEPT_BYTES = 8;

/** Where a compressed stream lies in its source; without `length` it may reach to the end. */
export interface StreamSpan {
  readonly source: Source;
  readonly start?: number;
  readonly length?: number;
}

/**
 * The encoded bytes of a stream, forward only and in small pieces. Decoders read `buffer[position]` themselves:
 * a method call for each byte would cost more than decoding it.
 */
export class ByteInput {
  readonly buffer = new Uint8Array(PIECE_BYTES + SLACK_BYTES);
  position = 0;
  /** End of the real bytes in `buffer`. */
  limit = 0;
  readonly #source: Source;
  readonly #start: number;
  readonly #length: number;
  #loaded = 0;
  #ended = false;

  constructor({ source, start = 0, length = Number.POSITIVE_INFINITY }: StreamSpan) {
    this.#source = source;
    this.#start = start;
    this.#length = length;
  }

  /** Encoded bytes taken so far; never more than there are. */
  get consumed(): number {
    return this.#loaded - Math.max(0, this.limit - this.position);
  }

  /** Where the next byte is, from the start of the source. */
  get offset(): number {
    return this.#start + this.consumed;
  }

  /**
   * Makes `bytes` (at most the slack) readable at `position`, loading more when needed. Past the end of the stream
   * they read as zeros; `checkOverrun` tells afterwards.
   */
  ensure(bytes: number): void {
    if (this.limit - this.position < bytes && !this.#ended) this.#load();
  }

  /** @throws FormatError `truncated` when a decoder has used bytes that are not there; `held` were read but not used. */
  checkOverrun(held = 0): void {
    const missing = this.position - held - this.limit;
    if (missing > 0) this.#truncated(missing);
  }

  /** True when no byte is left. */
  atEnd(): boolean {
    this.ensure(1);
    return this.position >= this.limit;
  }

  u8(): number {
    this.#need(1);
    return this.buffer[this.position++] as number;
  }

  u16(): number {
    return this.u8() + this.u8() * 0x100;
  }

  u32(): number {
    return this.u16() + this.u16() * 0x10000;
  }

  /** The next bytes without taking them; fewer at the end. At most the slack. */
  peek(bytes: number): Uint8Array {
    this.ensure(bytes);
    return this.buffer.subarray(this.position, Math.min(this.limit, this.position + bytes));
  }

  /** Takes `bytes.length` bytes. @throws FormatError `truncated`. */
  take(bytes: Uint8Array): void {
    let done = 0;
    while (done < bytes.length) {
      this.#need(1);
      const part = this.buffer.subarray(this.position, Math.min(this.limit, this.position + bytes.length - done));
      bytes.set(part, done);
      done += part.length;
      this.position += part.length;
    }
  }

  /** A copy of the next `length` bytes; the caller has bounded `length`. */
  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.take(bytes);
    return bytes;
  }

  /** Passes over `bytes` bytes without reading those that are not loaded yet. */
  skip(bytes: number): void {
    const loaded = Math.min(bytes, this.limit - this.position);
    this.position += loaded;
    if (bytes === loaded) return;
    if (this.#ended) this.#truncated(bytes - loaded);
    this.#loaded += bytes - loaded - 1;
    this.position = 0;
    this.limit = 0;
    this.u8();
  }

  #need(bytes: number): void {
    this.ensure(bytes);
    const missing = bytes - (this.limit - this.position);
    if (missing > 0) this.#truncated(missing);
  }

  #truncated(missing: number): never {
    const offset = this.#start + this.#loaded;
    throw FormatError.of('truncated', { wanted: missing, offset, size: offset });
  }

  #load(): void {
    const from = Math.max(0, Math.min(this.position, this.limit) - KEPT_BYTES);
    this.buffer.copyWithin(0, from, this.limit);
    const kept = this.limit - from;
    const room = Math.min(PIECE_BYTES - kept, this.#length - this.#loaded);
    const into = this.buffer.subarray(kept, kept + Math.max(0, room));
    const read = into.length === 0 ? 0 : this.#source.read(this.#start + this.#loaded, into);
    this.#ended = read < PIECE_BYTES - kept;
    this.#loaded += read;
    this.position -= from;
    this.limit = kept + read;
    this.buffer.fill(0, this.limit);
  }
}
