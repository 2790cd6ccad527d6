import type { FileHandle } from 'node:fs/promises';

/** A call for each piece of 64 KiB, as sockets give them, costs more than the writing. */
const GATHERED_BYTES = 1024 * 1024;
/** Pieces of one call; systems take at least so many (IOV_MAX). */
const MAX_PIECES = 512;

/** Writes pieces one after the other, many in one call and without copying them, while the next are hashed. */
export class GatheringWriter {
  readonly #file: FileHandle;
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #position = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** True when enough has gathered: `written` is to be awaited then. The piece must not change any more. */
  add(piece: Uint8Array): boolean {
    if (piece.byteLength === 0) return false;
    this.#waiting.push(piece);
    this.#bytes += piece.byteLength;
    return this.#bytes >= GATHERED_BYTES || this.#waiting.length >= MAX_PIECES;
  }

  /** Waits for what was begun before, and begins to write what has gathered since. */
  async written(): Promise<void> {
    await this.#writing;
    const pieces = this.#waiting;
    const position = this.#position;
    this.#position += this.#bytes;
    this.#waiting = [];
    this.#bytes = 0;
    this.#writing = writeAll(this.#file, pieces, position);
    // Told by whoever waits for it next.
    this.#writing.catch(() => undefined);
  }

  /** Resolves when everything is written. */
  async flush(): Promise<void> {
    await this.written();
    await this.#writing;
  }

  /** Resolves when nothing is being written, whatever came of it: the file may be closed. */
  async settled(): Promise<void> {
    await this.#writing.catch(() => undefined);
  }
}

async function writeAll(file: FileHandle, pieces: readonly Uint8Array[], start: number): Promise<void> {
  let rest = pieces;
  for (let position = start; rest.length > 0; ) {
    const { bytesWritten } = await file.writev(rest, position);
    position += bytesWritten;
    rest = withoutFirst(rest, bytesWritten);
  }
}

function withoutFirst(pieces: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let left = bytes;
  for (const [index, piece] of pieces.entries()) {
    if (left < piece.byteLength) return [piece.subarray(left), ...pieces.slice(index + 1)];
    left -= piece.byteLength;
  }
  return [];
}
