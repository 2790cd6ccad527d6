import { Decompress } from 'fzstd';
import { FormatError, LimitError } from '../errors.ts';
import { type ChunkReader, decodingFailed } from '../stream-source.ts';
import type { ByteInput } from './byte-input.ts';

const FRAME_MAGIC = 0xfd2fb528;
/** RFC 8878 §3.1.1.2.4: no block is larger, compressed or not. */
const MAX_BLOCK_BYTES = 128 * 1024;

/** The magic number of a zstd frame, or one of the sixteen of a skippable frame (RFC 8878 §3.1.2). */
export function isZstdMagic(magic: number): boolean {
  return magic === FRAME_MAGIC || isSkippable(magic);
}

function isSkippable(magic: number): boolean {
  return magic >= 0x184d2a50 && magic <= 0x184d2a5f;
}

/**
 * Concatenated zstd frames. Frames and blocks are cut here and their contents decoded by fzstd one block at a time,
 * so that no push produces more than 128 KiB and the end of the stream is known exactly. The optional content
 * checksum is passed over: a wrong one would only make a loader refuse what is examined here anyway.
 */
export class ZstdReader implements ChunkReader {
  readonly #input: ByteInput;
  readonly #maxWindowBytes: number;
  #frame: Frame | undefined;
  #ended = false;

  constructor(input: ByteInput, maxWindowBytes: number) {
    this.#input = input;
    this.#maxWindowBytes = maxWindowBytes;
  }

  get consumedBytes(): number {
    return this.#input.consumed;
  }

  next(): Uint8Array | null {
    while (!this.#ended) {
      if (this.#frame === undefined && !this.#nextFrame()) continue;
      const frame = this.#frame as Frame;
      const chunk = frame.block(this.#input);
      if (frame.finished) this.#frame = undefined;
      if (chunk.length > 0) return chunk;
    }
    return null;
  }

  #nextFrame(): boolean {
    const head = this.#input.peek(4);
    const magic = head.length < 4 ? 0 : new DataView(head.buffer, head.byteOffset).getUint32(0, true);
    if (!isZstdMagic(magic)) {
      this.#ended = true;
      return false;
    }
    if (isSkippable(magic)) {
      this.#input.skip(4);
      this.#input.skip(this.#input.u32());
      return false;
    }
    this.#frame = new Frame(this.#input, this.#maxWindowBytes);
    return true;
  }
}

class Frame {
  finished = false;
  readonly #decoder: Decompress;
  readonly #checksumBytes: number;
  #pending: Uint8Array;
  #chunks: Uint8Array[] = [];

  /** Reads a frame header (RFC 8878 §3.1.1.1). */
  constructor(input: ByteInput, maxWindowBytes: number) {
    const { offset } = input;
    const [descriptor = 0, window = 0] = input.peek(6).subarray(4);
    const singleSegment = (descriptor & 0x20) !== 0;
    const sizeFlag = descriptor >> 6;
    const sizeBytes = sizeFlag === 0 ? (singleSegment ? 1 : 0) : 2 ** sizeFlag;
    if ((descriptor & 3) !== 0) throw FormatError.of('unsupported', { feature: 'a zstd dictionary', offset });
    this.#pending = input.bytes(5 + (singleSegment ? 0 : 1) + sizeBytes);
    const exponent = 2 ** (10 + (window >> 3));
    const windowBytes = singleSegment
      ? littleEndian(this.#pending.subarray(5))
      : exponent + (exponent / 8) * (window & 7);
    if (windowBytes > maxWindowBytes) throw LimitError.of('maxDictionaryBytes', maxWindowBytes, windowBytes);
    this.#checksumBytes = (descriptor & 4) === 0 ? 0 : 4;
    this.#decoder = new Decompress((chunk) => this.#chunks.push(chunk));
  }

  /** Decodes the next block; empty when the decoder waits for more. */
  block(input: ByteInput): Uint8Array {
    const { offset } = input;
    const header = input.bytes(3);
    const value = littleEndian(header);
    const type = (value >> 1) & 3;
    const size = value >> 3;
    if (type === 3 || size > MAX_BLOCK_BYTES) {
      throw FormatError.of('malformed', { expected: 'a zstd block', found: `type ${type} of ${size} bytes`, offset });
    }
    const body = input.bytes(type === 1 ? 1 : size);
    this.finished = (value & 1) === 1;
    const trailer = this.finished ? input.bytes(this.#checksumBytes) : new Uint8Array(0);
    const piece = join([this.#pending, header, body, trailer]);
    this.#pending = new Uint8Array(0);
    this.#chunks = [];
    try {
      this.#decoder.push(piece, this.finished);
    } catch (cause) {
      throw decodingFailed('zstd', offset, cause);
    }
    return join(this.#chunks);
  }
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0] as Uint8Array;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
