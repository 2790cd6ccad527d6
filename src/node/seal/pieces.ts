import { closeSync, constants, fstatSync, openSync, read, writev } from 'node:fs';
import type { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { ReadError } from '../../bytes/errors.ts';
import { giveBack } from '../../seal/payload.ts';
import type { Pieces } from '../../seal/sealed-stream.ts';
import { FileSource } from '../file-source.ts';
import { OutputFile } from '../output-file.ts';
import { openable, rawPath } from '../raw-path.ts';
import { reasonOf } from '../reason.ts';
import { WriteError } from '../write-error.ts';

/** Large enough that a system call costs nothing beside the encryption of what it brings. */
const PIECE_BYTES = 1024 * 1024;

const readAsync = promisify(read);
const writevAsync = promisify(writev);

/** A regular file, read ahead while what was read is worked on. */
export class InputFile {
  readonly size: number;
  readonly #fd: number;
  readonly #name: string;
  readonly #source: FileSource;
  /** Settles with the last read, and never fails. */
  #pending: Promise<void> = Promise.resolve();

  /** `isStrict` refuses a symbolic link in the last place. @throws ReadError. */
  constructor(path: string, isStrict = false) {
    this.#name = path;
    const link = isStrict ? (constants.O_NOFOLLOW ?? 0) : 0;
    try {
      this.#fd = openSync(openable(rawPath(path)), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | link);
    } catch (error) {
      throw ReadError.of(path, reasonOf(error), error);
    }
    try {
      this.#source = FileSource.fromDescriptor(this.#fd, path);
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
    this.size = this.#source.size;
  }

  /** Random access to the same file. */
  get source(): FileSource {
    return this.#source;
  }

  /** Permission bits. */
  get mode(): number {
    return fstatSync(this.#fd).mode & 0o777;
  }

  /** The content from its start, once. @throws ReadError, also when the file changed meanwhile. */
  async *pieces(): Pieces {
    let position = 0;
    let [current, other] = [Buffer.allocUnsafeSlow(PIECE_BYTES), Buffer.allocUnsafeSlow(PIECE_BYTES)];
    let ahead = this.#read(current, position);
    for (;;) {
      const got = await ahead;
      if (got === 0) break;
      position += got;
      ahead = this.#read(other, position);
      yield current.subarray(0, got);
      [current, other] = [other, current];
    }
    this.checkUnchanged();
  }

  /** The descriptor, for threads that read by position. */
  get fd(): number {
    return this.#fd;
  }

  get name(): string {
    return this.#name;
  }

  /** Waits for the read that is under way, which whoever took the pieces may have left alone. */
  async close(): Promise<void> {
    await this.#pending;
    this.#source.close();
  }

  /** @throws ReadError when the file is not what was opened. */
  checkUnchanged(): void {
    const change = this.#source.changed();
    if (change !== null) throw ReadError.of(this.#name, `it changed while it was read: ${change}`);
  }

  #read(into: Buffer, position: number): Promise<number> {
    const reading = this.#readNow(into, position);
    this.#pending = reading.then(
      () => undefined,
      () => undefined,
    );
    return reading;
  }

  async #readNow(into: Buffer, position: number): Promise<number> {
    try {
      return (await readAsync(this.#fd, into, 0, into.length, position)).bytesRead;
    } catch (error) {
      throw ReadError.of(this.#name, reasonOf(error), error);
    }
  }
}

/** Where a stream goes: to a file that appears whole, or through a pipe. */
export interface Sink {
  /**
   * Takes the parts over: whoever gave them must not look at them again, since their memory is freed once they are
   * written. Returns when those before are. @throws WriteError.
   */
  write(parts: readonly Buffer[]): Promise<void>;
  /** Everything is written and stands under its name. @throws WriteError. */
  commit(): Promise<void>;
  /** Leaves nothing behind where that is possible; does nothing after `commit`. */
  discard(): Promise<void>;
}

/** Writes behind: while a piece is on its way to the disk, the next one is encrypted. */
export class FileSink implements Sink {
  readonly #output: OutputFile;
  #position = 0;
  #pending: Promise<void> = Promise.resolve();

  constructor(output: OutputFile) {
    this.#output = output;
  }

  async write(parts: readonly Buffer[]): Promise<void> {
    await this.#pending;
    this.#pending = this.#writeAll(parts);
    this.#pending.catch(() => undefined);
  }

  async commit(): Promise<void> {
    await this.#pending;
    this.#output.commit();
  }

  async discard(): Promise<void> {
    await this.#pending.catch(() => undefined);
    this.#output.discard();
  }

  async #writeAll(parts: readonly Buffer[]): Promise<void> {
    try {
      const total = parts.reduce((sum, part) => sum + part.length, 0);
      const { bytesWritten } = await writevAsync(this.#output.fd, parts, this.#position);
      if (bytesWritten < total) {
        this.#output.writeAt(this.#position + bytesWritten, Buffer.concat(parts).subarray(bytesWritten));
      }
      this.#position += total;
      parts.forEach(giveBack);
    } catch (error) {
      throw error instanceof WriteError ? error : WriteError.of(this.#output.target, error);
    }
  }
}

/** Standard output: what was written is gone, so only what is certain may be. */
export class StreamSink implements Sink {
  readonly #stream: Writable;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  write(parts: readonly Buffer[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#stream.write(Buffer.concat(parts), (error) => {
      parts.forEach(giveBack);
      if (error == null) resolve();
      else reject(WriteError.of('standard output', error));
    });
    return promise;
  }

  async commit(): Promise<void> {
    await this.write([]);
  }

  async discard(): Promise<void> {
    await Promise.resolve();
  }
}

/** Lets everything flow into a sink. @throws what the stream raises; the sink then holds nothing. */
export async function drain(parts: AsyncIterable<Buffer[]>, sink: Sink): Promise<void> {
  try {
    for await (const each of parts) await sink.write(each);
    await sink.commit();
  } finally {
    await sink.discard();
  }
}

/** Shows each piece to somebody on its way. */
export async function* tap(pieces: Pieces, look: (piece: Uint8Array) => void): Pieces {
  for await (const piece of pieces) {
    look(piece);
    yield piece;
  }
}

/** The same for parts that are to be written. */
export async function* tapParts(
  parts: AsyncIterable<Buffer[]>,
  look: (part: Buffer) => void,
): AsyncGenerator<Buffer[]> {
  for await (const each of parts) {
    for (const part of each) look(part);
    yield each;
  }
}

/** Standard input in pieces. @throws ReadError. */
export async function* streamPieces(stream: AsyncIterable<Uint8Array | string>, name: string): Pieces {
  try {
    for await (const piece of stream) yield typeof piece === 'string' ? Buffer.from(piece) : piece;
  } catch (error) {
    throw ReadError.of(name, reasonOf(error), error);
  }
}
