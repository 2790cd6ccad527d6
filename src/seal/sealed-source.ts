import type { Source } from '../bytes/source.ts';
import { readBytes } from '../bytes/source.ts';
import { looksArmored } from './armor.ts';
import { wipe } from './crypto.ts';
import { SealError } from './errors.ts';
import { headerLength, malformed, VERSION_LINE } from './header.ts';
import { checkLimit, sealLimits } from './limits.ts';
import {
  CHUNK_BYTES,
  giveBack,
  openLast,
  openMiddle,
  PAYLOAD_NONCE_BYTES,
  PayloadKey,
  plainBytes,
  SEALED_CHUNK_BYTES,
} from './payload.ts';
import type { Identity } from './recipient.ts';
import { openHeader } from './sealed-header.ts';

/** Chunks kept open: 2 MiB, so that scattered small reads of one place cost one decryption. */
const KEPT_CHUNKS = 32;
/** A header for one recipient has some 200 bytes, a post-quantum one 1.7 KB. */
const FIRST_READ_BYTES = 4096;
/** Consecutive chunks are read with one system call up to this many: 1 MiB. */
const RUN_CHUNKS = 16;

/** What it takes to work on the chunks of a file in any order. */
export interface ChunkLayout {
  readonly key: PayloadKey;
  /** Offset of the first chunk in the sealed file, in bytes. */
  readonly sealedStart: number;
  readonly chunks: number;
  readonly plainBytes: number;
}

/**
 * The content of a sealed file as random-access bytes: a read opens the chunks it touches and no others. Every byte
 * given out is authenticated, and so is where the content ends.
 */
export class SealedSource implements Source {
  readonly size: number;
  readonly #source: Source;
  /** Where the chunks start in the sealed file. */
  readonly #start: number;
  readonly #key: PayloadKey;
  readonly #lastChunk: number;
  readonly #kept = new Map<number, Buffer>();
  #room: Buffer = Buffer.alloc(0);

  private constructor(source: Source, start: number, key: PayloadKey) {
    this.#source = source;
    this.#start = start;
    this.#key = key;
    const chunkBytes = source.size - start;
    this.size = plainBytes(chunkBytes);
    this.#lastChunk = Math.ceil(chunkBytes / SEALED_CHUNK_BYTES) - 1;
    // C2SP age, "Payload": the size may be believed only once the last chunk proved to be one.
    this.#keep(this.#lastChunk, this.#openChunk(this.#lastChunk, this.#readRun(this.#lastChunk, 1)));
  }

  /**
   * Reads the header and the last chunk. @throws SealError, among them `payload-truncated` when the end is missing,
   * and `not-sealed` for an armored file, which has to be opened as a whole.
   */
  static async open(source: Source, identities: readonly Identity[]): Promise<SealedSource> {
    const header = readHeader(source);
    const nonce = readBytes(source, header.length, PAYLOAD_NONCE_BYTES);
    if (nonce.length < PAYLOAD_NONCE_BYTES) throw malformed('no nonce of 16 bytes follows it');
    const fileKey = await openHeader(header, identities);
    const key = PayloadKey.derive(fileKey, nonce);
    wipe(fileKey);
    return new SealedSource(source, header.length + PAYLOAD_NONCE_BYTES, key);
  }

  /** Where the chunks are, and their key: for opening all of them by other means. */
  get layout(): ChunkLayout {
    return { key: this.#key, sealedStart: this.#start, chunks: this.#lastChunk + 1, plainBytes: this.size };
  }

  /** @throws SealError when a chunk it touches was changed, ReadError as the sealed file does. */
  read(offset: number, into: Uint8Array): number {
    const wanted = Math.max(0, Math.min(into.length, this.size - offset));
    const end = offset + wanted;
    const place = (index: number, chunk: Buffer): Buffer => {
      const start = index * CHUNK_BYTES;
      const part = chunk.subarray(Math.max(0, offset - start), end - start);
      into.set(part, Math.max(0, start - offset));
      return part;
    };
    const lastIndex = Math.floor((end - 1) / CHUNK_BYTES);
    for (let index = Math.floor(offset / CHUNK_BYTES); index <= lastIndex; ) {
      const kept = this.#kept.get(index);
      if (kept === undefined) index += this.#openRun(index, Math.min(RUN_CHUNKS, lastIndex - index + 1), place);
      else place(index++, kept);
    }
    return wanted;
  }

  /** Opens consecutive chunks. Those of which only a part is wanted are kept: the next read may want the rest. */
  #openRun(first: number, count: number, place: (index: number, chunk: Buffer) => Buffer): number {
    const sealed = this.#readRun(first, count);
    for (let at = 0; at < count; at += 1) {
      const part = sealed.subarray(at * SEALED_CHUNK_BYTES, (at + 1) * SEALED_CHUNK_BYTES);
      const chunk = this.#openChunk(first + at, part);
      if (place(first + at, chunk).length === chunk.length) giveBack(chunk);
      else this.#keep(first + at, chunk);
    }
    return count;
  }

  /** Into memory that is used again: a fresh mebibyte for each run cost more than opening it. */
  #readRun(index: number, count: number): Buffer {
    const bytes = count * SEALED_CHUNK_BYTES;
    if (this.#room.length < bytes) this.#room = Buffer.allocUnsafeSlow(bytes);
    const into = this.#room.subarray(0, bytes);
    return into.subarray(0, this.#source.read(this.#start + index * SEALED_CHUNK_BYTES, into));
  }

  #openChunk(index: number, sealed: Uint8Array): Buffer {
    return index === this.#lastChunk ? openLast(this.#key, index, sealed) : openMiddle(this.#key, index, sealed);
  }

  #keep(index: number, chunk: Buffer): void {
    this.#forget(index);
    this.#kept.set(index, chunk);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_CHUNKS && oldest !== undefined) this.#forget(oldest);
  }

  #forget(index: number): void {
    const chunk = this.#kept.get(index);
    this.#kept.delete(index);
    if (chunk !== undefined) giveBack(chunk);
  }
}

/** The header at the start of a sealed file. @throws SealError `not-sealed`, `header-malformed`, `limit-exceeded`. */
export function readHeader(source: Source): Buffer {
  for (let wanted = FIRST_READ_BYTES; ; wanted *= 4) {
    const bytes = Buffer.from(readBytes(source, 0, Math.min(wanted, sealLimits.maxHeaderBytes + 1)));
    checkStart(bytes);
    const length = headerLength(bytes);
    if (length !== null && length <= sealLimits.maxHeaderBytes) return bytes.subarray(0, length);
    checkLimit('maxHeaderBytes', bytes.length);
    if (bytes.length < wanted) throw malformed('the file ends within it');
  }
}

function checkStart(bytes: Buffer): void {
  const start = bytes.subarray(0, VERSION_LINE.length).toString('latin1');
  if (start === VERSION_LINE) return;
  const armored = 'an armored file, which can only be opened as a whole';
  throw SealError.of('not-sealed', { found: looksArmored(bytes) ? armored : 'something else' });
}
