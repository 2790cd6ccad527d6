import { closeSync, constants, fstatSync, openSync, readSync, statSync, type BigIntStats } from 'node:fs';
import { LimitError, ReadError } from '../bytes/errors.ts';
import type { Source } from '../bytes/source.ts';
import { displayPath, openable, rawPath, type RawPath } from './raw-path.ts';
import { reasonOf, specialKind } from './reason.ts';

/** Not to be held up by a pipe that took the place of the file, nor to adopt a terminal. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);
/** One system call reads at most this much (Linux: 0x7ffff000 bytes). */
const MAX_READ_BYTES = 1024 * 1024 * 1024;

/** A regular file, read by position through one descriptor, so that all reads see the same file. */
export class FileSource implements Source {
  readonly size: number;
  readonly #fd: number;
  readonly #name: string;
  readonly #before: BigIntStats;
  #isClosed = false;

  private constructor(fd: number, name: string, before: BigIntStats) {
    this.#fd = fd;
    this.#name = name;
    this.#before = before;
    this.size = Number(before.size);
  }

  /** The descriptor, for copiers that read past this interface; it stays this object's to close. */
  get fd(): number {
    return this.#fd;
  }

  get name(): string {
    return this.#name;
  }

  /** Says which file in which state was opened, as `identityOf` does of a path. */
  get identity(): string {
    return identity(this.#before);
  }

  /**
   * @throws ReadError when it cannot be opened or is no regular file, LimitError when it is larger than `maxBytes`.
   */
  static open(path: RawPath | string, maxBytes: number = Number.MAX_SAFE_INTEGER): FileSource {
    const raw = path as RawPath;
    const name = displayPath(raw);
    let fd: number;
    try {
      fd = openSync(openable(raw), OPEN_FLAGS);
    } catch (error) {
      throw ReadError.of(name, reasonOf(error), error);
    }
    try {
      return FileSource.fromDescriptor(fd, name, maxBytes);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /** Takes over an open descriptor of a regular file. */
  static fromDescriptor(fd: number, name: string, maxBytes: number = Number.MAX_SAFE_INTEGER): FileSource {
    const stats = fstatSync(fd, { bigint: true });
    if (!stats.isFile()) throw ReadError.of(name, specialKind(stats));
    if (stats.size > BigInt(maxBytes)) throw LimitError.of('maxFileBytes', maxBytes, String(stats.size));
    if (stats.size === 0n && readSync(fd, new Uint8Array(1), 0, 1, 0) > 0) {
      throw ReadError.of(name, 'its size is given as 0 but it has content; pass the content as standard input');
    }
    return new FileSource(fd, name, stats);
  }

  read(offset: number, into: Uint8Array): number {
    let done = 0;
    while (done < into.length) {
      const wanted = Math.min(into.length - done, MAX_READ_BYTES);
      const got = this.#readAt(into, done, wanted, offset + done);
      if (got === 0) break;
      done += got;
    }
    return done;
  }

  /**
   * What happened to the file since it was opened, or null: what was examined would not be what is loaded.
   * `path`, when given, must still lead to the same file.
   */
  changed(path?: RawPath): string | null {
    const now = fstatSync(this.#fd, { bigint: true });
    const { size, ctimeNs } = this.#before;
    if (now.size !== size) return `it had ${size} bytes when opened and ${now.size} afterwards`;
    // Unlike the time of modification, the time of change cannot be set back by whoever writes.
    if (now.ctimeNs !== ctimeNs) return 'it was written to, or its attributes were';
    if (path === undefined) return null;
    try {
      const there = statSync(openable(path), { bigint: true });
      if (there.ino !== now.ino || there.dev !== now.dev) return 'another file took its place';
    } catch {
      return 'it was removed or renamed';
    }
    return null;
  }

  /** A second time does nothing: the number may be that of another file by then. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#fd);
  }

  #readAt(into: Uint8Array, start: number, length: number, position: number): number {
    if (this.#isClosed) throw ReadError.of(this.#name, 'it was closed');
    try {
      return readSync(this.#fd, into, start, length, position);
    } catch (error) {
      throw ReadError.of(this.#name, reasonOf(error), error);
    }
  }
}

/** The file a path leads to and its state now, as text to compare; null when there is none. */
export function identityOf(path: RawPath): string | null {
  try {
    return identity(statSync(openable(path), { bigint: true }));
  } catch {
    return null;
  }
}

function identity({ dev, ino, size, ctimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${size}:${ctimeNs}`;
}

/** Opens a file by its ordinary name. @throws ReadError when it cannot be read. */
export function openFile(path: string): FileSource {
  return FileSource.open(rawPath(path));
}
