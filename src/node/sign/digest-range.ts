import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, read } from 'node:fs';
import { ReadError } from '../../bytes/errors.ts';
import type { HashName } from '../../sign/manifest.ts';
import { SignError } from '../../sign/errors.ts';
import { FileSource } from '../file-source.ts';
import { displayPath, openable, type RawPath } from '../raw-path.ts';
import { reasonOf } from '../reason.ts';

/** Half of a core's second-level cache: what was read is hashed before it is pushed out of it. */
const CHUNK_BYTES = 512 * 1024;
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

/** Hashes stretches of files with two buffers: while one is hashed, the other is being read into. */
export class RangeDigester {
  readonly #hash: HashName;
  readonly #onBytes: (bytes: number) => void;
  readonly #buffers = [Buffer.allocUnsafeSlow(CHUNK_BYTES), Buffer.allocUnsafeSlow(CHUNK_BYTES)] as const;

  constructor(hash: HashName, onBytes: (bytes: number) => void) {
    this.#hash = hash;
    this.#onBytes = onBytes;
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
    const end = task.end ?? task.size;
    let [current, next] = this.#buffers;
    let offset = task.begin;
    let got = await readAt(fd, current.subarray(0, end - offset), offset);
    while (offset < end) {
      if (got === 0) throw changed(name, `it ends at ${offset}`);
      const after = offset + got;
      const ahead = after < end ? readAt(fd, next.subarray(0, end - after), after) : null;
      // Awaited after the work below; a failure in between must not count as unhandled.
      ahead?.catch(() => undefined);
      hasher.update(got === current.length ? current : current.subarray(0, got));
      this.#onBytes(got);
      offset = after;
      if (ahead === null) break;
      got = await ahead.catch((error: unknown) => {
        throw ReadError.of(name, reasonOf(error), error);
      });
      [current, next] = [next, current];
    }
    return Buffer.from(hasher.digest()).toString('hex');
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
  if (into.length === 0) return Promise.resolve(0);
  return new Promise((resolve, reject) => {
    read(fd, into, 0, into.length, position, (error, got) => (error === null ? resolve(got) : reject(error)));
  });
}

function changed(name: string, why: string): SignError {
  return SignError.of('file-changed', `${name}: ${why}`);
}
