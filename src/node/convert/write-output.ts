import { createHash, type Hash } from 'node:crypto';
import { FormatError } from '../../bytes/errors.ts';
import type { PlannedOutput } from '../../convert/plan.ts';
import { plainRange } from '../../convert/placement.ts';
import { tensorChunks } from '../../tensors/gather.ts';
import type { Tensor } from '../../tensors/tensor.ts';
import { FileSource } from '../file-source.ts';
import type { OutputFile } from '../output-file.ts';
import type { OutputChecksums } from './checksums.ts';
import { copyInThreads, MIN_THREADED_BYTES, type RangeCopy } from './copy-in-threads.ts';
import { type Observer, type Piece, pump } from './pump.ts';

/** What is hashed on the way: nothing, each file, or each file and each tensor. */
export type HashScope = 'none' | 'outputs' | 'all';

export interface WriteOptions {
  readonly hash: HashScope;
  readonly onWritten?: ((bytes: number) => void) | undefined;
  /** Of the storages that are copied whole. */
  readonly checksums?: OutputChecksums | undefined;
}

/** Digests in hexadecimal; null where none was asked for. */
export interface Written {
  readonly sha256: string | null;
  /** By place in the list of tensors. */
  readonly tensors: readonly (string | null)[];
}

const HEADER = -1;
/** Stays in the cache between being read and being hashed. */
const HASH_STEP_BYTES = 512 * 1024;

/** Writes a planned safetensors file. @throws ReadError, WriteError, FormatError, ConvertError `checksum-mismatch`. */
export async function writePlanned(plan: PlannedOutput, output: OutputFile, options: WriteOptions): Promise<Written> {
  if (options.hash !== 'all' && plainBytes(plan) >= MIN_THREADED_BYTES) return writeInThreads(plan, output, options);
  const whole = options.hash === 'none' ? undefined : createHash('sha256');
  const each = options.hash === 'all' ? new TensorHashes(plan.tensors.length) : undefined;
  const observer: Observer = {
    all: whole === undefined ? undefined : (bytes) => whole.update(bytes),
    tagged: observerOf(each, options.checksums),
    onWritten: options.onWritten,
  };
  await pump(piecesOf(plan), output, observer);
  options.checksums?.check();
  const none = (): null[] => plan.tensors.map(() => null);
  return { sha256: whole?.digest('hex') ?? null, tensors: each?.digests() ?? none() };
}

/** Bytes that are copied as they are. */
function plainBytes({ tensors }: PlannedOutput): number {
  return tensors.reduce((sum, { tensor }) => sum + (openRange(tensor)?.length ?? 0), 0);
}

/** Ranges are copied by all cores. This thread puts the rest in its place and, when asked to, hashes all bytes in order. */
async function writeInThreads(plan: PlannedOutput, output: OutputFile, options: WriteOptions): Promise<Written> {
  const { checksums, onWritten } = options;
  const hash = options.hash === 'none' ? undefined : createHash('sha256');
  const ranges: RangeCopy[] = [];
  const tags: number[] = [];
  let end = plan.header.length;
  for (const [tag, { tensor }] of plan.tensors.entries()) {
    const range = openRange(tensor);
    if (range !== undefined) {
      ranges.push({ ...range, to: end });
      tags.push(tag);
    }
    end += tensor.placement.byteLength;
  }
  const meanwhile = writeRest(plan, output, { hash, checksums, onWritten });
  const sums = await copyInThreads(ranges, output, { onWritten, meanwhile });
  for (const [index, sum] of sums.entries()) checksums?.found(sum, tags[index] as number);
  checksums?.check();
  return { sha256: hash?.digest('hex') ?? null, tensors: plan.tensors.map(() => null) };
}

interface RestOptions extends Pick<WriteOptions, 'checksums' | 'onWritten'> {
  readonly hash: Hash | undefined;
}

/** Writes what is no range of an open file, and shows the hash every byte in order; a step is a few MiB at most. */
function* writeRest(
  { header, tensors }: PlannedOutput,
  output: OutputFile,
  { hash, checksums, onWritten }: RestOptions,
): Generator<void> {
  let at = 0;
  const buffer = Buffer.allocUnsafeSlow(hash === undefined ? 0 : HASH_STEP_BYTES);
  const put = (bytes: Uint8Array): void => {
    output.writeAt(at, bytes);
    hash?.update(bytes);
    onWritten?.(bytes.length);
    at += bytes.length;
  };
  put(header);
  for (const [tag, { tensor }] of tensors.entries()) {
    const range = openRange(tensor);
    if (range !== undefined) {
      if (hash !== undefined) yield* hashRange(range, hash, buffer);
      at += range.length;
      continue;
    }
    for (const bytes of tensor.placement.byteLength > 0 ? tensorChunks(tensor) : []) {
      checksums?.update(bytes, tag);
      put(bytes);
      yield;
    }
  }
}

/** Reads what other threads copy from the same descriptor; that nobody wrote to the file meanwhile is checked at the end. */
function* hashRange({ source, from, length }: Omit<RangeCopy, 'to'>, hash: Hash, buffer: Uint8Array): Generator<void> {
  for (let done = 0; done < length; ) {
    const got = source.read(from + done, buffer.subarray(0, Math.min(buffer.length, length - done)));
    if (got === 0) throw FormatError.of('truncated', { wanted: length - done, offset: from + done, size: from + done });
    hash.update(buffer.subarray(0, got));
    done += got;
    yield;
  }
}

function observerOf(hashes: TensorHashes | undefined, checksums: OutputChecksums | undefined): Observer['tagged'] {
  if (hashes === undefined && checksums === undefined) return undefined;
  return (bytes, tag) => {
    hashes?.update(bytes, tag);
    checksums?.update(bytes, tag);
  };
}

/** Writes a file as it is. */
export async function writeCopy(source: FileSource, output: OutputFile, options: WriteOptions): Promise<Written> {
  const whole = options.hash === 'none' ? undefined : createHash('sha256');
  const pieces: Piece[] = source.size === 0 ? [] : [{ source, from: 0, length: source.size, tag: HEADER }];
  await pump(pieces, output, {
    all: whole === undefined ? undefined : (bytes) => whole.update(bytes),
    onWritten: options.onWritten,
  });
  return { sha256: whole?.digest('hex') ?? null, tensors: [] };
}

function* piecesOf({ header, tensors }: PlannedOutput): Generator<Piece> {
  yield { bytes: header, tag: HEADER };
  for (const [tag, { tensor }] of tensors.entries()) {
    if (tensor.placement.byteLength > 0) yield* tensorPieces(tensor, tag);
  }
}

/** A range of an open file goes straight from descriptor to descriptor; anything else passes through the reader. */
function* tensorPieces(tensor: Tensor, tag: number): Generator<Piece> {
  const range = openRange(tensor);
  if (range !== undefined) {
    yield { ...range, tag };
    return;
  }
  for (const bytes of tensorChunks(tensor)) yield { bytes, tag };
}

/** Where in an open file the bytes of a tensor stand as they are to be written. */
function openRange(tensor: Tensor): Omit<RangeCopy, 'to'> | undefined {
  const range = plainRange(tensor);
  if (!(range?.source instanceof FileSource)) return undefined;
  return { source: range.source, from: range.start, length: range.end - range.start };
}

/** SHA-256 of each tensor, from pieces that come in order. */
class TensorHashes {
  readonly #digests: string[] = [];
  readonly #count: number;
  #hash: Hash = createHash('sha256');

  constructor(count: number) {
    this.#count = count;
  }

  update(bytes: Uint8Array, tag: number): void {
    if (tag === HEADER) return;
    this.#closeUntil(tag);
    this.#hash.update(bytes);
  }

  digests(): readonly string[] {
    this.#closeUntil(this.#count);
    return this.#digests;
  }

  /** Tensors without bytes have no pieces, but the digest of nothing. */
  #closeUntil(tag: number): void {
    while (this.#digests.length < tag) {
      this.#digests.push(this.#hash.digest('hex'));
      this.#hash = createHash('sha256');
    }
  }
}
