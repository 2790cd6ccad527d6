import { randomBytes } from 'node:crypto';
import { SealError } from '../../seal/errors.ts';
import {
  CHUNK_BYTES,
  chunkCount,
  giveBack,
  openLast,
  openMiddle,
  PAYLOAD_NONCE_BYTES,
  PayloadKey,
  PayloadSealer,
  SEALED_CHUNK_BYTES,
  sealedBytes,
} from '../../seal/payload.ts';
import type { Blobs } from '../../store/blobs/blobs.ts';
import { BlobError } from '../../store/blobs/errors.ts';
import { RegistryError } from '../errors.ts';
import type { ByteRange } from './range.ts';

const CIPHER = 'aes-256-gcm';
/** Several chunks go out as one piece: what each piece costs on its way to a socket is more than copying it. */
const PIECE_BYTES = 4 * CHUNK_BYTES;

/** Content as it lies sealed: 16 random bytes, the salt, then chunks of 64 KiB with a tag each, as in a sealed file. */
export async function* sealPieces(
  contentKey: Uint8Array,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const salt = randomBytes(PAYLOAD_NONCE_BYTES);
  const sealer = new PayloadSealer(PayloadKey.derive(contentKey, salt, CIPHER));
  yield salt;
  for await (const piece of pieces) {
    const sealed = sealer.push(piece);
    if (sealed.length > 0) yield Buffer.concat(sealed);
  }
  yield Buffer.concat(sealer.finish());
}

/** Bytes of a sealed content. */
export function sealedSize(plainBytes: number): number {
  return PAYLOAD_NONCE_BYTES + sealedBytes(plainBytes);
}

/** A sealed content that can be read. */
export interface SealedContent {
  /** Of the blob. */
  readonly sealedDigest: string;
  /** Of the plain content. */
  readonly bytes: number;
  readonly key: PayloadKey;
}

/** Looks for the blob and reads its salt. @throws RegistryError `content-damaged`, BlobError `blobs-unavailable`. */
export async function openSealed(
  blobs: Blobs,
  { sealedDigest, bytes }: Omit<SealedContent, 'key'>,
  contentKey: Uint8Array,
): Promise<SealedContent> {
  const salt = await readSalt(blobs, sealedDigest);
  return { sealedDigest, bytes, key: PayloadKey.derive(contentKey, salt, CIPHER) };
}

async function readSalt(blobs: Blobs, digest: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  try {
    for await (const part of blobs.read(digest, { start: 0, end: PAYLOAD_NONCE_BYTES })) parts.push(part);
  } catch (error) {
    throw asDamage(digest, error);
  }
  const salt = Buffer.concat(parts);
  if (salt.length !== PAYLOAD_NONCE_BYTES) throw damaged(digest, 'it has no salt');
  return salt;
}

/**
 * Plain bytes of a range, which must lie within the content: reads and opens the chunks that it touches and no others. Every byte that comes
 * out is authenticated, and so is where the content ends. @throws RegistryError `content-damaged`.
 */
export async function* readSealed(
  blobs: Blobs,
  content: SealedContent,
  { start, end }: ByteRange,
): AsyncGenerator<Uint8Array> {
  if (start === end) return;
  const first = Math.floor(start / CHUNK_BYTES);
  const after = Math.floor((end - 1) / CHUNK_BYTES) + 1;
  const place = (chunk: number): number =>
    Math.min(PAYLOAD_NONCE_BYTES + chunk * SEALED_CHUNK_BYTES, sealedSize(content.bytes));
  const pieces = blobs.read(content.sealedDigest, { start: place(first), end: place(after) });
  let index = first;
  let left = end - start;
  let out = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, left));
  let filled = 0;
  try {
    for await (const sealed of wholeChunks(pieces)) {
      const plain = openChunk(content, index, sealed);
      const at = index * CHUNK_BYTES;
      index += 1;
      for (let from = Math.max(0, start - at), until = Math.min(plain.length, end - at); from < until; ) {
        const copied = plain.copy(out, filled, from, until);
        from += copied;
        filled += copied;
        if (filled < out.length) continue;
        left -= filled;
        yield out;
        out = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, left));
        filled = 0;
      }
      giveBack(plain);
    }
  } catch (error) {
    throw asDamage(content.sealedDigest, error);
  }
  if (index !== after) throw damaged(content.sealedDigest, 'it ends early');
}

function openChunk({ key, bytes }: SealedContent, index: number, sealed: Uint8Array): Buffer {
  return index === chunkCount(bytes) - 1 ? openLast(key, index, sealed) : openMiddle(key, index, sealed);
}

/** Cuts pieces of any size into chunks; the last may be shorter. A chunk is only valid until the next is asked for. */
async function* wholeChunks(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Buffer | undefined;
  let heldBytes = 0;
  for await (const piece of pieces) {
    let at = 0;
    while (at < piece.length) {
      if (heldBytes === 0 && piece.length - at >= SEALED_CHUNK_BYTES) {
        yield piece.subarray(at, at + SEALED_CHUNK_BYTES);
        at += SEALED_CHUNK_BYTES;
        continue;
      }
      held ??= Buffer.allocUnsafeSlow(SEALED_CHUNK_BYTES);
      const part = piece.subarray(at, at + SEALED_CHUNK_BYTES - heldBytes);
      held.set(part, heldBytes);
      heldBytes += part.length;
      at += part.length;
      if (heldBytes < SEALED_CHUNK_BYTES) break;
      yield held;
      heldBytes = 0;
    }
  }
  if (held !== undefined && heldBytes > 0) yield held.subarray(0, heldBytes);
}

/** What became of the blob or its bytes; a store that cannot be reached stays what it is. */
function asDamage(digest: string, error: unknown): unknown {
  if (error instanceof SealError) return damaged(digest, error.message, error);
  if (error instanceof BlobError && damages.has(error.code)) return damaged(digest, error.message, error);
  return error;
}

const damages: ReadonlySet<string> = new Set(['blob-missing', 'range-invalid', 'blob-damaged']);

const damaged = (digest: string, detail: string, cause?: unknown): RegistryError =>
  RegistryError.of('content-damaged', `the sealed blob ${digest}: ${detail}`, cause);
