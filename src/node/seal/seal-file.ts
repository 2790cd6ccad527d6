import { createHash, type Hash } from 'node:crypto';
import { readBytes } from '../../bytes/source.ts';
import { chunkCount, PAYLOAD_NONCE_BYTES, sealedBytes } from '../../seal/payload.ts';
import { sealLimits } from '../../seal/limits.ts';
import type { Identity } from '../../seal/recipient.ts';
import { type RewrapOptions, rewrapHeader, startSeal } from '../../seal/sealed-header.ts';
import { openStream, type Pieces, sealStream, type SealOptions, splitHeader } from '../../seal/sealed-stream.ts';
import { ArmorEncoder, looksArmored } from '../../seal/armor.ts';
import { SealedSource } from '../../seal/sealed-source.ts';
import { OutputFile } from '../output-file.ts';
import { isWorthThreads, runChunks } from './chunk-run.ts';
import { drain, FileSink, InputFile, type Sink, tap, tapParts } from './pieces.ts';

/** White space may stand before armor, up to this many bytes. */
const ARMOR_PROBE_BYTES = sealLimits.maxArmorWhitespaceBytes + 64;

/** Told how many more bytes of the input are done. */
export type OnBytes = (bytes: number) => void;

export interface Sealed {
  readonly plainBytes: number;
  readonly sealedBytes: number;
}

/** Seals one stream into a sink. @throws SealError, ReadError, WriteError. */
export async function sealTo(
  pieces: Pieces,
  sink: Sink,
  options: SealOptions,
  onBytes: OnBytes = ignore,
): Promise<Sealed> {
  let [plainBytes, writtenBytes] = [0, 0];
  const counted = tap(pieces, (piece) => {
    plainBytes += piece.length;
    onBytes(piece.length);
  });
  await drain(
    tapParts(sealStream(counted, options), (part) => {
      writtenBytes += part.length;
    }),
    sink,
  );
  return { plainBytes, sealedBytes: writtenBytes };
}

/** Opens one stream into a sink. @throws SealError, ReadError, WriteError. */
export async function unsealTo(
  pieces: Pieces,
  sink: Sink,
  identities: readonly Identity[],
  onBytes: OnBytes = ignore,
): Promise<Sealed> {
  let [plainBytes, readSoFar] = [0, 0];
  const counted = tap(pieces, (piece) => {
    readSoFar += piece.length;
    onBytes(piece.length);
  });
  await drain(
    tapParts(openStream(counted, identities), (part) => {
      plainBytes += part.length;
    }),
    sink,
  );
  return { plainBytes, sealedBytes: readSoFar };
}

/** Seals a file into another one, a large one in threads. @throws SealError, ReadError, WriteError. */
export async function sealFile(
  input: InputFile,
  output: OutputFile,
  options: SealOptions,
  onBytes: OnBytes = ignore,
): Promise<Sealed> {
  if (options.isArmored === true || !isWorthThreads(input.size)) {
    return await sealTo(input.pieces(), new FileSink(output), options, onBytes);
  }
  try {
    const { prefix, key } = await startSeal(options.recipients, options.artifact);
    const plainBytes = input.size;
    const layout = { key, sealedStart: prefix.length, chunks: chunkCount(plainBytes), plainBytes };
    output.writeAt(0, prefix);
    await runChunks({ action: 'seal', layout, from: input, into: placeOf(output), onBytes });
    input.checkUnchanged();
    output.commit();
    return { plainBytes, sealedBytes: prefix.length + sealedBytes(plainBytes) };
  } finally {
    output.discard();
  }
}

/** Opens a file into another one, a large one in threads. @throws SealError, ReadError, WriteError. */
export async function unsealFile(
  input: InputFile,
  output: OutputFile,
  identities: readonly Identity[],
  onBytes: OnBytes = ignore,
): Promise<Sealed> {
  const start = Buffer.from(readBytes(input.source, 0, ARMOR_PROBE_BYTES));
  if (looksArmored(start) || !isWorthThreads(input.size)) {
    return await unsealTo(input.pieces(), new FileSink(output), identities, onBytes);
  }
  try {
    const { layout } = await SealedSource.open(input.source, identities);
    await runChunks({ action: 'open', layout, from: input, into: placeOf(output), onBytes });
    input.checkUnchanged();
    output.commit();
    return { plainBytes: layout.plainBytes, sealedBytes: input.size };
  } finally {
    output.discard();
  }
}

function placeOf(output: OutputFile): { fd: number; name: string } {
  return { fd: output.fd, name: output.target };
}

/**
 * Gives a sealed file another header; what follows it is copied as it is. The file is replaced as a whole.
 * @throws SealError, ReadError, WriteError; the file is then as before.
 */
export async function rewrapFile(file: string, options: RewrapOptions, onBytes: OnBytes = ignore): Promise<void> {
  await rewrapInto({ from: file, into: (mode) => OutputFile.create(file, { mode }) }, options, onBytes);
}

/** The same into another file, which is given the permissions of the first. @throws SealError, ReadError, WriteError. */
export async function rewrapInto(
  { from, into }: { readonly from: string; readonly into: (mode: number) => OutputFile },
  options: RewrapOptions,
  onBytes: OnBytes = ignore,
): Promise<void> {
  const input = new InputFile(from);
  try {
    const counted = tap(input.pieces(), (piece) => onBytes(piece.length));
    const { header, rest, isArmored } = await splitHeader(counted);
    const fresh = await rewrapHeader(header, options);
    const sink = new FileSink(into(input.mode));
    await drain(rewritten(fresh, rest, isArmored ? new ArmorEncoder() : undefined), sink);
  } finally {
    await input.close();
  }
}

async function* rewritten(header: Buffer, rest: Pieces, armor: ArmorEncoder | undefined): AsyncGenerator<Buffer[]> {
  const dress = (bytes: Buffer): Buffer[] => [armor === undefined ? bytes : armor.push([bytes])];
  yield dress(header);
  // Written behind, so a piece must not be overwritten by the next.
  for await (const piece of rest) yield dress(Buffer.from(piece));
  if (armor !== undefined) yield [armor.finish()];
}

/**
 * Digest of what follows the header of a sealed file, nonce included: it stays the same when the header is rewrapped.
 */
export class PayloadDigest {
  readonly #hash: Hash = createHash('sha256');
  #isPastHeader = false;
  bytes = 0;

  /** A part of a whole sealed file; the first must be header and nonce, as `sealStream` gives them. */
  addSealed(part: Buffer): void {
    this.add(this.#isPastHeader ? part : part.subarray(part.length - PAYLOAD_NONCE_BYTES));
    this.#isPastHeader = true;
  }

  /** Bytes that follow the header. */
  add(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    this.#hash.update(bytes);
  }

  hex(): string {
    return this.#hash.digest('hex');
  }
}

function ignore(): void {
  // Nobody wants to know.
}
