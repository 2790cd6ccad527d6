import { FormatError } from '../errors.ts';
import type { ChunkReader } from '../stream-source.ts';
import type { ByteInput } from './byte-input.ts';
import { crc32 } from './checksums.ts';
import { InflateReader } from './inflate.ts';

/** Longest stored name or comment that is kept; a longer one is read past. */
const MAX_TEXT_BYTES = 4096;

/** What the header of a gzip member says (RFC 1952 §2.3). */
export interface GzipHeader {
  readonly name: string;
  readonly comment: string;
  readonly extraBytes: number;
}

/** Reads one member's header. @throws FormatError `malformed`, `truncated`, `unsupported`. */
export function readGzipHeader(input: ByteInput): GzipHeader {
  const { offset } = input;
  if (input.u16() !== 0x8b1f) throw FormatError.of('malformed', { expected: 'a gzip member', found: 'other', offset });
  const method = input.u8();
  const flags = input.u8();
  if (method !== 8) throw FormatError.of('unsupported', { feature: `gzip method ${method}`, offset });
  if ((flags & 0xe0) !== 0) throw FormatError.of('unsupported', { feature: 'a reserved gzip flag', offset });
  input.skip(6);
  const extraBytes = flags & 4 ? input.u16() : 0;
  input.skip(extraBytes);
  const name = flags & 8 ? readText(input) : '';
  const comment = flags & 16 ? readText(input) : '';
  if (flags & 2) input.skip(2);
  return { name, comment, extraBytes };
}

function readText(input: ByteInput): string {
  let text = '';
  for (let byte = input.u8(); byte !== 0; byte = input.u8()) {
    if (text.length < MAX_TEXT_BYTES) text += String.fromCharCode(byte);
  }
  return text;
}

/** All concatenated members of a gzip file, zero padding between them included, as Python's gzip reads them. */
export class GzipReader implements ChunkReader {
  readonly #input: ByteInput;
  readonly #inflate: InflateReader;
  #inMember = false;
  #crc = 0;
  #length = 0;
  #end: number | undefined;

  constructor(input: ByteInput) {
    this.#input = input;
    this.#inflate = new InflateReader(input);
  }

  get consumedBytes(): number {
    return this.#end ?? (this.#inMember ? this.#inflate.consumedBytes : this.#input.consumed);
  }

  next(): Uint8Array | null {
    while (this.#end === undefined) {
      if (!this.#inMember) this.#startMember();
      const chunk = this.#inflate.next();
      if (chunk === null) {
        this.#finishMember();
        continue;
      }
      this.#crc = crc32(chunk, this.#crc);
      this.#length = (this.#length + chunk.length) % 2 ** 32;
      return chunk;
    }
    return null;
  }

  #startMember(): void {
    readGzipHeader(this.#input);
    this.#inflate.restart();
    this.#inMember = true;
    this.#crc = 0;
    this.#length = 0;
  }

  #finishMember(): void {
    this.#inMember = false;
    const { offset } = this.#input;
    const crc = this.#input.u32();
    const length = this.#input.u32();
    if (crc !== this.#crc || length !== this.#length) {
      const expected = `CRC ${this.#crc.toString(16)} and length ${this.#length}`;
      throw FormatError.of('malformed', { expected, found: `${crc.toString(16)} and ${length}`, offset });
    }
    const end = this.#input.consumed;
    while (!this.#input.atEnd() && this.#input.peek(1)[0] === 0) this.#input.position += 1;
    const [first, second] = this.#input.peek(2);
    if (first !== 0x1f || second !== 0x8b) this.#end = end;
  }
}
