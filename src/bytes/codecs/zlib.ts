import { FormatError } from '../errors.ts';
import type { ChunkReader } from '../stream-source.ts';
import type { ByteInput } from './byte-input.ts';
import { adler32 } from './checksums.ts';
import { InflateReader } from './inflate.ts';

/** True when two bytes can start a zlib stream (RFC 1950 §2.2): deflate, a legal window, the check bits, no dictionary. */
export function isZlibHeader(first: number, second: number): boolean {
  return (first & 15) === 8 && first >> 4 <= 7 && (first * 256 + second) % 31 === 0 && (second & 32) === 0;
}

/** One zlib stream (RFC 1950), its checksum verified. */
export class ZlibReader implements ChunkReader {
  readonly #input: ByteInput;
  #inflate: InflateReader | undefined;
  #adler = 1;
  #ended = false;

  constructor(input: ByteInput) {
    this.#input = input;
  }

  get consumedBytes(): number {
    return this.#ended ? this.#input.consumed : (this.#inflate?.consumedBytes ?? 0);
  }

  next(): Uint8Array | null {
    if (this.#ended) return null;
    this.#inflate ??= this.#start();
    const chunk = this.#inflate.next();
    if (chunk !== null) this.#adler = adler32(chunk, this.#adler);
    else this.#finish();
    return chunk;
  }

  #start(): InflateReader {
    const { offset } = this.#input;
    const first = this.#input.u8();
    const second = this.#input.u8();
    if (!isZlibHeader(first, second)) {
      throw FormatError.of('malformed', { expected: 'a zlib header', found: `${first}, ${second}`, offset });
    }
    return new InflateReader(this.#input);
  }

  #finish(): void {
    this.#ended = true;
    const { offset } = this.#input;
    const stored = [...this.#input.bytes(4)].reduce((value, byte) => value * 256 + byte, 0);
    if (stored === this.#adler) return;
    const expected = `checksum ${this.#adler.toString(16)}`;
    throw FormatError.of('malformed', { expected, found: stored.toString(16), offset });
  }
}
