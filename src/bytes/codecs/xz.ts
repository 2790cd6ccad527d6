import { FormatError } from '../errors.ts';
import type { ChunkReader } from '../stream-source.ts';
import type { ByteInput } from './byte-input.ts';
import { Crc64, crc32 } from './checksums.ts';
import { DeltaReader, Lzma2Reader, lzma2DictionaryBytes } from './lzma-readers.ts';

export const XZ_MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] as const;
/** Sizes of the check field by check id (xz file format §2.1.1.2). */
const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
const CHECK_CRC32 = 1;
const CHECK_CRC64 = 4;
const FILTER_LZMA2 = 0x21;
const FILTER_DELTA = 0x03;

/**
 * Concatenated xz streams with padding (xz file format 1.2.1). CRC-32 and CRC-64 are verified; SHA-256 and unknown
 * checks are passed over, since a wrong one would only make a loader refuse what is examined here anyway.
 */
export class XzReader implements ChunkReader {
  readonly #input: ByteInput;
  readonly #maxDictionaryBytes: number;
  #checkId = -1;
  #block: ChunkReader | undefined;
  #blockStart = 0;
  #crc = 0;
  #crc64 = new Crc64();
  #end: number | undefined;

  constructor(input: ByteInput, maxDictionaryBytes: number) {
    this.#input = input;
    this.#maxDictionaryBytes = maxDictionaryBytes;
  }

  get consumedBytes(): number {
    return this.#end ?? this.#input.consumed;
  }

  next(): Uint8Array | null {
    while (this.#end === undefined) {
      if (this.#checkId < 0) this.#streamHeader();
      else if (this.#block === undefined) this.#blockOrIndex();
      else {
        const chunk = this.#block.next();
        if (chunk !== null) return this.#checked(chunk);
        this.#endBlock();
      }
    }
    return null;
  }

  #checked(chunk: Uint8Array): Uint8Array {
    if (this.#checkId === CHECK_CRC32) this.#crc = crc32(chunk, this.#crc);
    if (this.#checkId === CHECK_CRC64) this.#crc64.update(chunk);
    return chunk;
  }

  #streamHeader(): void {
    const head = this.#input.bytes(12);
    if (!XZ_MAGIC.every((byte, index) => head[index] === byte)) this.#bad('an xz stream header', 'other bytes');
    if (head[6] !== 0 || (head[7] as number) > 15) this.#bad('known xz stream flags', `${head[6]}, ${head[7]}`);
    this.#verify(head.subarray(6, 8), head.subarray(8));
    this.#checkId = head[7] as number;
  }

  #blockOrIndex(): void {
    this.#blockStart = this.#input.consumed;
    const size = this.#input.peek(1)[0];
    if (size === 0) return this.#indexAndFooter();
    const header = this.#input.bytes(((size ?? 0) + 1) * 4);
    this.#verify(header.subarray(0, -4), header.subarray(-4));
    this.#block = this.#openBlock(header);
    this.#crc = 0;
    this.#crc64 = new Crc64();
  }

  /** Block header, §3.1: flags, optional sizes, then the filters, the last of which must be LZMA2. */
  #openBlock(header: Uint8Array): ChunkReader {
    const flags = header[1] as number;
    const fields = new Fields(header.subarray(2, -4), () => this.#bad('a complete xz block header', 'a short one'));
    if (flags & 0x40) fields.number();
    if (flags & 0x80) fields.number();
    const filters = Array.from({ length: (flags & 3) + 1 }, () => ({
      id: fields.number(),
      properties: fields.bytes(),
    }));
    const last = filters.pop();
    if (last?.id !== FILTER_LZMA2) this.#unsupported(last?.id ?? 0);
    const { offset } = this.#input;
    const dictionary = lzma2DictionaryBytes(last?.properties[0] ?? 41, offset);
    let reader: ChunkReader = new Lzma2Reader(this.#input, dictionary, this.#maxDictionaryBytes);
    for (const { id, properties } of filters.toReversed()) {
      if (id !== FILTER_DELTA) this.#unsupported(id);
      reader = new DeltaReader(reader, (properties[0] ?? 0) + 1);
    }
    return reader;
  }

  #endBlock(): void {
    this.#block = undefined;
    this.#pad(this.#blockStart);
    const stored = this.#input.bytes(CHECK_BYTES[this.#checkId] as number);
    if (this.#checkId === CHECK_CRC32 && readU32(stored) !== this.#crc) this.#bad('the CRC-32 of the block', 'another');
    if (this.#checkId !== CHECK_CRC64) return;
    const computed = this.#crc64.digest();
    if (computed.some((byte, index) => byte !== stored[index])) this.#bad('the CRC-64 of the block', 'another');
  }

  /** The index repeats the sizes of the blocks; only its shape is read, the blocks themselves were. */
  #indexAndFooter(): void {
    const start = this.#input.consumed;
    this.#input.u8();
    const records = this.#number();
    for (let i = 0; i < records * 2; i += 1) this.#number();
    this.#pad(start);
    this.#input.skip(4);
    const footer = this.#input.bytes(12);
    if (footer[10] !== 0x59 || footer[11] !== 0x5a) this.#bad('an xz footer', 'other bytes');
    this.#checkId = -1;
    const end = this.#input.consumed;
    while (!this.#input.atEnd() && this.#input.peek(1)[0] === 0) this.#input.position += 1;
    const head = this.#input.peek(6);
    if (head.length < 6 || !XZ_MAGIC.every((byte, index) => head[index] === byte)) this.#end = end;
  }

  #number(): number {
    let value = 0;
    for (let shift = 0; shift < 63; shift += 7) {
      const byte = this.#input.u8();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return this.#bad('a number of up to nine bytes', 'a longer one');
  }

  #pad(start: number): void {
    while ((this.#input.consumed - start) % 4 !== 0) {
      if (this.#input.u8() !== 0) this.#bad('zero padding', 'other bytes');
    }
  }

  #verify(bytes: Uint8Array, stored: Uint8Array): void {
    if (crc32(bytes) !== readU32(stored)) this.#bad('the CRC-32 of an xz header', 'another');
  }

  #unsupported(id: number): never {
    throw FormatError.of('unsupported', { feature: `xz filter ${id.toString(16)}`, offset: this.#input.offset });
  }

  #bad(expected: string, found: string): never {
    throw FormatError.of('malformed', { expected, found, offset: this.#input.offset });
  }
}

/** Variable-length numbers and byte strings of a block header. */
class Fields {
  readonly #bytes: Uint8Array;
  readonly #short: () => never;
  #at = 0;

  constructor(bytes: Uint8Array, short: () => never) {
    this.#bytes = bytes;
    this.#short = short;
  }

  number(): number {
    let value = 0;
    for (let shift = 0; shift < 63; shift += 7) {
      const byte = this.#bytes[this.#at++] ?? this.#short();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    return value;
  }

  bytes(): Uint8Array {
    const length = this.number();
    if (this.#at + length > this.#bytes.length) this.#short();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

function readU32(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}
