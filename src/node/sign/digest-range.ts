import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, read, readSync } from 'node:fs';
import { ReadError } from '../../bytes/errors.ts';
import type { HashName } from '../../sign/manifest.ts';
import { SignError } from '../../sign/errors.ts';
import { FileSource } from '../file-source.ts';
import { displayPath, openable, type RawPath } from '../raw-path.ts';
import { reasonOf } from '../reason.ts';

/** A part of a core's second-level cache: what was read is hashed before it is pushed out of it. */
const CHUNK_BYTES = 256 * 1024;
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** One stretch of one file to hash. */
export interface HashTask {
  readonly file: RawPath;
  readonly begin: number;
  /** Null: to the end of the file. */
  readonly end: number | null;
  /** What the file was found to have. */
  readonly size: number;
  readonly followLinks: boolean;
}

interface Hasher {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

/** Node knows the first two; the third is pure JavaScript, loaded only when it is asked for. */
async function hasherOf(name: HashName): Promise<Hasher> {
  if (name === 'blake3') return (await import('@noble/hashes/blake3.js')).blake3.create();
  const hash = createHash(name === 'blake2b' ? 'blake2b512' : name);
  return { update: (bytes) => hash.update(bytes), digest: () => hash.digest() };
}

export interface DigesterOptions {
  readonly hash: HashName;
  readonly onBytes: (bytes: number) => void;
  /**
   * Read the next part while this one is hashed. That takes another core: the part is copied there and fetched from
   * there. One file is done in less time, and with 15 % more processor time: a loss where every core hashes already.
   */
  readonly readsAhead: boolean;
}

/** Hashes stretches of files through two buffers. */
export class RangeDigester {
  readonly #hash: HashName;
  readonly #onBytes: (bytes: number) => void;
  readonly #readsAhead: boolean;
  readonly #buffers = [Buffer.allocUnsafeSlow(CHUNK_BYTES), Buffer.allocUnsafeSlow(CHUNK_BYTES)] as const;

  constructor({ hash, onBytes, readsAhead }: DigesterOptions) {
    this.#hash = hash;
    this.#onBytes = onBytes;
    this.#readsAhead = readsAhead;
  }

  /** @throws ReadError when it cannot be read, SignError `file-changed` when it is not what it was. */
  async digest(task: HashTask): Promise<string> {
    const name = displayPath(task.file);
    const fd = open(task, name);
    let source: FileSource;
    try {
      source = FileSource.fromDescriptor(fd, name);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    try {
      if (source.size !== task.size) throw changed(name, `it had ${task.size} bytes, and has ${source.size}`);
      const digest = await this.#digestOf(fd, name, task);
      const change = source.changed(task.file);
      if (change !== null) throw changed(name, change);
      return digest;
    } finally {
      source.close();
    }
  }

  async #digestOf(fd: number, name: string, task: HashTask): Promise<string> {
    const hasher = await hasherOf(this.#hash);
    const stretch = { fd, name, begin: task.begin, end: task.end ?? task.size };
    if (this.#readsAhead && stretch.end - stretch.begin > CHUNK_BYTES) await this.#hashAhead(hasher, stretch);
    else this.#hashInTurn(hasher, stretch);
    return Buffer.from(hasher.digest()).toString('hex');
  }

  #hashInTurn(hasher: Hasher, { fd, name, begin, end }: Stretch): void {
    const [buffer] = this.#buffers;
    for (let offset = begin; offset < end; ) {
      const got = readNow({ fd, name }, buffer.subarray(0, end - offset), offset);
      if (got === 0) throw changed(name, `it ends at ${offset}`);
      this.#take(hasher, buffer, got);
      offset += got;
    }
  }

  async #hashAhead(hasher: Hasher, { fd, name, begin, end }: Stretch): Promise<void> {
    let [current, next] = this.#buffers;
    let offset = begin;
    let got = readNow({ fd, name }, current.subarray(0, end - offset), offset);
    while (offset < end) {
      if (got === 0) throw changed(name, `it ends at ${offset}`);
      const after = offset + got;
      const ahead = after < end ? readAt(fd, next.subarray(0, end - after), after) : null;
      // Awaited after the work below; a failure in between must not count as unhandled.
      ahead?.catch(() => undefined);
      this.#take(hasher, current, got);
      offset = after;
      if (ahead === null) break;
      got = await ahead.catch((error: unknown) => {
        throw ReadError.of(name, reasonOf(error), error);
      });
      [current, next] = [next, current];
    }
  }

  #take(hasher: Hasher, buffer: Buffer, got: number): void {
    hasher.update(got === buffer.length ? buffer : buffer.subarray(0, got));
    this.#onBytes(got);
  }
}

/** An open file, and what of it to hash. */
interface Stretch {
  readonly fd: number;
  readonly name: string;
  readonly begin: number;
  readonly end: number;
}

function readNow({ fd, name }: Pick<Stretch, 'fd' | 'name'>, into: Buffer, position: number): number {
  try {
    return readSync(fd, into, 0, into.length, position);
  } catch (error) {
    throw ReadError.of(name, reasonOf(error), error);
  }
}

function open({ file, followLinks }: HashTask, name: string): number {
  try {
    // A link that takes the place of a file after the folder was listed is not followed.
    return openSync(openable(file), OPEN_FLAGS | (followLinks ? 0 : (constants.O_NOFOLLOW ?? 0)));
  } catch (error) {
    throw ReadError.of(name, reasonOf(error), error);
  }
}

function readAt(fd: number, into: Buffer, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, into, 0, into.length, position, (error, got) => (error === null ? resolve(got) : reject(error)));
  });
}

function changed(name: string, why: string): SignError {
  return SignError.of('file-changed', `${name}: ${why}`);
}
