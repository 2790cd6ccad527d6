import { FormatError } from '../errors.ts';
import type { ChunkReader } from '../stream-source.ts';
import type { ByteInput } from './byte-input.ts';
import { LzmaDecoder, parseProperties } from './lzma.ts';

/** Parameters a container stores for a raw LZMA stream. */
export interface RawLzma {
  /** Properties byte and dictionary size, five bytes. */
  readonly properties: Uint8Array;
  /** Output size; undefined when an end marker ends the stream. */
  readonly size: number | undefined;
}

/** A raw LZMA stream, as in zip method 14 and 7z. */
export class RawLzmaReader implements ChunkReader {
  readonly #input: ByteInput;
  readonly #decoder: LzmaDecoder;
  #left: number;
  readonly #sized: boolean;
  #started = false;
  #finished = false;

  constructor(input: ByteInput, { properties, size }: RawLzma, maxDictionaryBytes: number) {
    this.#input = input;
    const view = new DataView(properties.buffer, properties.byteOffset, 5);
    this.#decoder = new LzmaDecoder(input, view.getUint32(1, true), maxDictionaryBytes);
    this.#decoder.setProperties(parseProperties(view.getUint8(0), input.offset));
    this.#left = size ?? Number.POSITIVE_INFINITY;
    this.#sized = size !== undefined;
  }

  get consumedBytes(): number {
    return this.#input.consumed;
  }

  next(): Uint8Array | null {
    if (this.#finished) return null;
    if (!this.#started) this.#decoder.startRange();
    this.#started = true;
    const chunk = this.#left > 0 ? this.#decoder.decode(this.#left) : new Uint8Array(0);
    this.#left -= chunk.length;
    if (this.#decoder.ended || this.#left === 0) this.#finish();
    return chunk.length > 0 ? chunk : null;
  }

  /** A stream of known size may still be closed by an end marker (only then is the range coder not used up). */
  #finish(): void {
    this.#finished = true;
    const { offset } = this.#input;
    if (this.#decoder.overflows) {
      throw FormatError.of('malformed', {
        expected: 'an LZMA stream of its declared size',
        found: 'a longer one',
        offset,
      });
    }
    if (!this.#sized || this.#decoder.ended) {
      if (this.#left > 0 && this.#sized) {
        throw FormatError.of('malformed', { expected: `${this.#left} more bytes`, found: 'the end marker', offset });
      }
      void this.#decoder.rangeIsDone;
    } else if (!this.#decoder.rangeIsDone) {
      this.#decoder.decode(1);
      if (this.#decoder.ended) void this.#decoder.rangeIsDone;
    }
    this.#input.checkOverrun();
  }
}

/** The .lzma file format: 13 bytes of header and one LZMA stream. */
export class LzmaAloneReader implements ChunkReader {
  readonly #input: ByteInput;
  readonly #maxDictionaryBytes: number;
  #inner: RawLzmaReader | undefined;

  constructor(input: ByteInput, maxDictionaryBytes: number) {
    this.#input = input;
    this.#maxDictionaryBytes = maxDictionaryBytes;
  }

  get consumedBytes(): number {
    return this.#input.consumed;
  }

  next(): Uint8Array | null {
    this.#inner ??= this.#start();
    return this.#inner.next();
  }

  #start(): RawLzmaReader {
    const properties = this.#input.bytes(5);
    const size = lzmaAloneSize(this.#input.bytes(8));
    return new RawLzmaReader(this.#input, { properties, size }, this.#maxDictionaryBytes);
  }
}

/** The 64-bit output size of a .lzma header; undefined when it is unknown (all ones). */
export function lzmaAloneSize(bytes: Uint8Array): number | undefined {
  if (bytes.every((byte) => byte === 0xff)) return undefined;
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}

/** LZMA2: LZMA in chunks, with resets; the payload of xz and the usual coder of 7z. */
export class Lzma2Reader implements ChunkReader {
  readonly #input: ByteInput;
  readonly #decoder: LzmaDecoder;
  #left = 0;
  #stored = false;
  #needsDictionary = true;
  #needsProperties = true;
  #finished = false;

  constructor(input: ByteInput, dictionaryBytes: number, maxDictionaryBytes: number) {
    this.#input = input;
    this.#decoder = new LzmaDecoder(input, dictionaryBytes, maxDictionaryBytes);
  }

  get consumedBytes(): number {
    return this.#input.consumed;
  }

  next(): Uint8Array | null {
    if (this.#left === 0) this.#chunkHeader();
    if (this.#finished) return null;
    const chunk = this.#stored ? this.#decoder.copy(this.#left) : this.#decoder.decode(this.#left);
    this.#left -= chunk.length;
    if (this.#decoder.ended) this.#bad('no end marker in LZMA2', 'one');
    if (this.#left === 0 && !this.#stored && (this.#decoder.overflows || !this.#decoder.rangeIsDone)) {
      this.#bad('an LZMA2 chunk of its declared size', 'a longer one');
    }
    return chunk;
  }

  #chunkHeader(): void {
    const control = this.#input.u8();
    if (control === 0) {
      this.#finished = true;
      return;
    }
    this.#resetDictionary(control);
    if (control < 0x80) {
      this.#stored = true;
      this.#left = bigEndian16(this.#input) + 1;
      return;
    }
    this.#stored = false;
    this.#left = (control & 0x1f) * 65536 + bigEndian16(this.#input) + 1;
    bigEndian16(this.#input);
    this.#resetState(control);
    this.#decoder.startRange();
  }

  #resetDictionary(control: number): void {
    if (control === 1 || control >= 0xe0) {
      this.#decoder.resetDictionary();
      this.#needsDictionary = false;
    } else if (this.#needsDictionary || (control > 2 && control < 0x80)) {
      this.#bad('an LZMA2 chunk that resets the dictionary', `control byte ${control}`);
    }
  }

  #resetState(control: number): void {
    if (control >= 0xc0) {
      const properties = parseProperties(this.#input.u8(), this.#input.offset);
      if (properties.lc + properties.lp > 4) this.#bad('lc + lp up to 4', `${properties.lc + properties.lp}`);
      this.#decoder.setProperties(properties);
      this.#needsProperties = false;
    } else if (this.#needsProperties) {
      this.#bad('an LZMA2 chunk with properties', `control byte ${control}`);
    } else if (control >= 0xa0) {
      this.#decoder.resetState();
    }
  }

  #bad(expected: string, found: string): never {
    throw FormatError.of('malformed', { expected, found, offset: this.#input.offset });
  }
}

function bigEndian16(input: ByteInput): number {
  return input.u8() * 256 + input.u8();
}

/** The dictionary size an LZMA2 properties byte stands for. */
export function lzma2DictionaryBytes(byte: number, offset: number): number {
  if (byte > 40) throw FormatError.of('malformed', { expected: 'an LZMA2 dictionary size', found: `${byte}`, offset });
  return byte === 40 ? 0xffffffff : (2 | (byte & 1)) * 2 ** ((byte >> 1) + 11);
}

/** Undoes the delta filter of xz and 7z: each byte was stored as its difference from the one `distance` before. */
export class DeltaReader implements ChunkReader {
  readonly #inner: ChunkReader;
  readonly #distance: number;
  readonly #before = new Uint8Array(256);
  #at = 0;

  constructor(inner: ChunkReader, distance: number) {
    this.#inner = inner;
    this.#distance = distance;
  }

  get consumedBytes(): number {
    return this.#inner.consumedBytes;
  }

  next(): Uint8Array | null {
    const chunk = this.#inner.next()?.slice() ?? null;
    for (let i = 0; chunk !== null && i < chunk.length; i += 1) {
      const slot = this.#at % this.#distance;
      chunk[i] = ((chunk[i] as number) + (this.#before[slot] as number)) & 0xff;
      this.#before[slot] = chunk[i] as number;
      this.#at += 1;
    }
    return chunk;
  }
}
