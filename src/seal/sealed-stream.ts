import { ArmorDecoder, ArmorEncoder, looksArmored } from './armor.ts';
import { wipe } from './crypto.ts';
import { SealError } from './errors.ts';
import { GrowingBuffer } from './growing-buffer.ts';
import { headerLength, malformed, VERSION_LINE } from './header.ts';
import { checkLimit, sealLimits } from './limits.ts';
import { type Opened, PAYLOAD_NONCE_BYTES, PayloadKey, PayloadOpener, PayloadSealer } from './payload.ts';
import type { Identity, Recipient } from './recipient.ts';
import { openHeader, startSeal } from './sealed-header.ts';

/** Bytes in pieces of any size. A piece may be overwritten once the next one is asked for. */
export type Pieces = AsyncIterable<Uint8Array>;

export interface SealOptions {
  readonly recipients: readonly Recipient[];
  /** Names what is sealed, for key services that bind it. */
  readonly artifact: string;
  readonly isArmored?: boolean | undefined;
}

/** Seals a stream; what comes out is to be written in order. @throws SealError. */
export async function* sealStream(pieces: Pieces, options: SealOptions): AsyncGenerator<Buffer[]> {
  const { prefix, key } = await startSeal(options.recipients, options.artifact);
  const armor = options.isArmored === true ? new ArmorEncoder() : undefined;
  const dress = (sealed: Buffer[]): Buffer[] => (armor === undefined ? sealed : [armor.push(sealed)]);
  yield dress([prefix]);
  const sealer = new PayloadSealer(key);
  for await (const piece of pieces) {
    const sealed = sealer.push(piece);
    if (sealed.length > 0) yield dress(sealed);
  }
  yield dress(sealer.finish());
  if (armor !== undefined) yield [armor.finish()];
}

/**
 * Opens a stream, armored or not. Everything that comes out is authenticated, but only when it ends without an error
 * is it all of the content.
 * @throws SealError.
 */
export async function* openStream(pieces: Pieces, identities: readonly Identity[]): AsyncGenerator<Buffer[]> {
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    const { header, rest } = await splitHeader({ [Symbol.asyncIterator]: () => iterator });
    yield* openPayload(rest, await openHeader(header, identities));
  } finally {
    // A source must learn that nobody wants more, also when its header was refused: a pipe would be waited for.
    await iterator.return?.();
  }
}

async function* openPayload(pieces: Pieces, fileKey: Buffer): AsyncGenerator<Buffer[]> {
  const nonce = new GrowingBuffer();
  let opener: PayloadOpener | undefined;
  for await (const piece of pieces) {
    let rest = piece;
    if (opener === undefined) {
      const missing = PAYLOAD_NONCE_BYTES - nonce.bytes.length;
      nonce.push(piece.subarray(0, missing));
      rest = piece.subarray(missing);
      if (nonce.bytes.length < PAYLOAD_NONCE_BYTES) continue;
      opener = new PayloadOpener(PayloadKey.derive(fileKey, nonce.bytes));
      wipe(fileKey);
    }
    yield* release(opener.push(rest));
  }
  wipe(fileKey);
  if (opener === undefined) throw malformed('no nonce of 16 bytes follows it');
  yield* release(opener.finish());
}

function* release({ plain, failure }: Opened): Generator<Buffer[]> {
  if (plain.length > 0) yield plain;
  if (failure !== undefined) throw failure;
}

export interface SplitFile {
  readonly header: Buffer;
  /** Nonce and chunks, not armored. */
  readonly rest: Pieces;
  readonly isArmored: boolean;
}

/** Reads a stream up to the end of its header. @throws SealError `not-sealed`, `header-malformed`, `armor-malformed`. */
export async function splitHeader(pieces: Pieces): Promise<SplitFile> {
  const { isArmored, pieces: plainPieces } = await undress(pieces);
  const iterator = plainPieces[Symbol.asyncIterator]();
  const start = new GrowingBuffer();
  for (;;) {
    const { value, done } = await iterator.next();
    const searchedBytes = start.bytes.length;
    if (done !== true) start.push(value);
    const length = lengthOf(start.bytes, searchedBytes, done === true);
    if (length === null) continue;
    const after = Buffer.from(start.bytes.subarray(length));
    return { header: Buffer.from(start.bytes.subarray(0, length)), rest: resume(after, iterator), isArmored };
  }
}

/** Null while the header goes on. @throws SealError as soon as it is clear that this is none. */
function lengthOf(bytes: Buffer, searchedBytes: number, isWhole: boolean): number | null {
  const known = bytes.subarray(0, VERSION_LINE.length).toString('latin1');
  const isPlausible = isWhole ? known === VERSION_LINE : VERSION_LINE.startsWith(known);
  if (!isPlausible) throw SealError.of('not-sealed', { found: describeStart(bytes) });
  const length = headerLength(bytes, isWhole ? 0 : searchedBytes);
  checkLimit('maxHeaderBytes', length ?? Math.min(bytes.length, sealLimits.maxHeaderBytes + 1));
  if (length === null && isWhole) throw malformed('the file ends within it');
  return length;
}

function describeStart(bytes: Buffer): string {
  if (bytes.length === 0) return 'nothing';
  if (bytes.subarray(0, 22).toString('latin1').startsWith('age-encryption.org/'))
    return 'another version of the format';
  return `a file that starts with the bytes ${bytes.subarray(0, 8).toString('hex')}`;
}

async function* resume(first: Buffer, iterator: AsyncIterator<Uint8Array>): Pieces {
  try {
    yield first;
    for (;;) {
      const { value, done } = await iterator.next();
      if (done === true) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}

/** Takes the armor off, if there is one. */
async function undress(pieces: Pieces): Promise<{ isArmored: boolean; pieces: Pieces }> {
  const iterator = pieces[Symbol.asyncIterator]();
  const start = new GrowingBuffer();
  for (;;) {
    const { value, done } = await iterator.next();
    if (done !== true) start.push(value);
    // Enough to tell, unless it is all white space.
    const isDecided = start.bytes.toString('latin1').trimStart().length >= '-----BEGIN'.length;
    if (!isDecided && done !== true && start.bytes.length <= sealLimits.maxArmorWhitespaceBytes) continue;
    const isArmored = looksArmored(start.bytes);
    const all = resume(Buffer.from(start.bytes), iterator);
    return { isArmored, pieces: isArmored ? decode(all) : all };
  }
}

async function* decode(pieces: Pieces): Pieces {
  const decoder = new ArmorDecoder();
  for await (const piece of pieces) {
    const bytes = decoder.push(piece);
    if (bytes.length > 0) yield bytes;
  }
  yield decoder.finish();
}
