import { FormatError } from '../errors.ts';
import type { ChunkReader } from '../stream-source.ts';
import type { ByteInput } from './byte-input.ts';
import { XxHash32 } from './checksums.ts';

const LZ4_MAGIC = 0x184d2204;
const LZ4_LEGACY_MAGIC = 0x184c2102;
const WINDOW_BYTES = 64 * 1024;
const LEGACY_BLOCK_BYTES = 8 * 1024 * 1024;

interface Frame {
  readonly legacy: boolean;
  readonly linked: boolean;
  readonly blockChecksum: boolean;
  readonly contentHash: XxHash32 | undefined;
  readonly maxBlockBytes: number;
}

/** Concatenated lz4 frames (frame format 1.6.x), skippable and legacy ones included, a block at a time. */
export class Lz4Reader implements ChunkReader {
  readonly #input: ByteInput;
  #frame: Frame | undefined;
  #out = new Uint8Array(0);
  /** Bytes of the previous blocks in front of the next one. */
  #history = 0;
  #ended = false;

  constructor(input: ByteInput) {
    this.#input = input;
  }

  get consumedBytes(): number {
    return this.#input.consumed;
  }

  next(): Uint8Array | null {
    while (!this.#ended) {
      const chunk = this.#frame === undefined ? this.#nextFrame() : this.#nextBlock(this.#frame);
      if (chunk !== undefined && chunk.length > 0) return chunk;
    }
    return null;
  }

  #nextFrame(): undefined {
    const head = this.#input.peek(4);
    const magic = head.length < 4 ? 0 : new DataView(head.buffer, head.byteOffset).getUint32(0, true);
    const skippable = magic >= 0x184d2a50 && magic <= 0x184d2a5f;
    if (magic !== LZ4_MAGIC && magic !== LZ4_LEGACY_MAGIC && !skippable) {
      this.#ended = true;
      return;
    }
    this.#input.skip(4);
    if (skippable) this.#input.skip(this.#input.u32());
    else this.#frame = magic === LZ4_MAGIC ? this.#header() : legacyFrame;
    this.#history = 0;
    const room = WINDOW_BYTES + (this.#frame?.maxBlockBytes ?? 0);
    if (this.#out.length < room) this.#out = new Uint8Array(room);
  }

  #header(): Frame {
    const { offset } = this.#input;
    const flags = this.#input.u8();
    const descriptor = this.#input.u8();
    const code = (descriptor >> 4) & 7;
    if (flags >> 6 !== 1 || code < 4) {
      throw FormatError.of('malformed', {
        expected: 'an lz4 frame descriptor',
        found: `${flags}, ${descriptor}`,
        offset,
      });
    }
    if (flags & 1) throw FormatError.of('unsupported', { feature: 'an lz4 dictionary', offset });
    if (flags & 8) this.#input.skip(8);
    this.#input.skip(1);
    return {
      legacy: false,
      linked: (flags & 0x20) === 0,
      blockChecksum: (flags & 0x10) !== 0,
      contentHash: flags & 4 ? new XxHash32() : undefined,
      maxBlockBytes: 2 ** (8 + 2 * code),
    };
  }

  #nextBlock(frame: Frame): Uint8Array | undefined {
    if (frame.legacy && this.#legacyEnds()) return undefined;
    const { offset } = this.#input;
    const word = this.#input.u32();
    if (word === 0 && !frame.legacy) {
      this.#finish(frame);
      return undefined;
    }
    const stored = !frame.legacy && word >= 0x80000000;
    const size = stored ? word - 0x80000000 : word;
    // A compressed block may be a little larger than what it holds (LZ4_COMPRESSBOUND).
    if (size > frame.maxBlockBytes + frame.maxBlockBytes / 255 + 16) {
      throw FormatError.of('malformed', { expected: 'an lz4 block', found: `${size} bytes`, offset });
    }
    const body = this.#input.bytes(size);
    if (frame.blockChecksum) this.#input.skip(4);
    const start = this.#history;
    const room = this.#out.subarray(0, start + frame.maxBlockBytes);
    const end = stored ? store(body, room, start) : decodeBlock(body, room, start, offset);
    if (end < 0) throw FormatError.of('malformed', { expected: 'a valid lz4 block', found: 'an overflow', offset });
    return this.#produced(frame, start, end);
  }

  /** Keeps the last 64 KiB as history for the next block and returns what this one gave. */
  #produced(frame: Frame, start: number, end: number): Uint8Array {
    const chunk = this.#out.slice(start, end);
    frame.contentHash?.update(chunk);
    this.#history = 0;
    if (frame.linked) {
      this.#out.copyWithin(0, Math.max(0, end - WINDOW_BYTES), end);
      this.#history = Math.min(end, WINDOW_BYTES);
    }
    return chunk;
  }

  #finish(frame: Frame): void {
    this.#frame = undefined;
    if (frame.contentHash === undefined) return;
    const { offset } = this.#input;
    const stored = this.#input.u32();
    const computed = frame.contentHash.digest();
    if (stored === computed) return;
    const expected = `content checksum ${computed.toString(16)}`;
    throw FormatError.of('malformed', { expected, found: stored.toString(16), offset });
  }

  /** A legacy frame has no end mark: it goes on until the file ends or another magic number comes. */
  #legacyEnds(): boolean {
    const head = this.#input.peek(4);
    const word = head.length < 4 ? undefined : new DataView(head.buffer, head.byteOffset).getUint32(0, true);
    if (word !== undefined && word <= LEGACY_BLOCK_BYTES + LEGACY_BLOCK_BYTES / 255 + 16) return false;
    this.#frame = undefined;
    return true;
  }
}

const legacyFrame: Frame = {
  legacy: true,
  linked: false,
  blockChecksum: false,
  contentHash: undefined,
  maxBlockBytes: LEGACY_BLOCK_BYTES,
};

function store(body: Uint8Array, out: Uint8Array, start: number): number {
  if (start + body.length > out.length) return -1;
  out.set(body, start);
  return start + body.length;
}

/** Decodes one lz4 block into `out` from `start` on and returns where it ends; -1 when it does not fit. */
// oxlint-disable-next-line complexity -- the hot loop: calls for each token cost more than decoding it
function decodeBlock(body: Uint8Array, out: Uint8Array, start: number, offset: number): number {
  let from = 0;
  let to = start;
  while (from < body.length) {
    const token = body[from++] as number;
    let literals = token >> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255 && from < body.length) literals += more = body[from++] as number;
    }
    if (to + literals > out.length || from + literals > body.length) return -1;
    for (let i = 0; i < literals; i += 1) out[to++] = body[from++] as number;
    if (from >= body.length) return to;
    const distance = (body[from] as number) + (body[from + 1] ?? 0) * 256;
    from += 2;
    let length = (token & 15) + 4;
    if (length === 19) {
      let more = 255;
      while (more === 255 && from < body.length) length += more = body[from++] as number;
    }
    if (distance === 0 || distance > to) {
      throw FormatError.of('malformed', {
        expected: 'an lz4 distance within the output',
        found: `${distance}`,
        offset,
      });
    }
    if (to + length > out.length) return -1;
    for (let i = 0; i < length; i += 1, to += 1) out[to] = out[to - distance] as number;
  }
  return to;
}
