import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { BLOCK_BYTES, type Block, type DigestThreads, type RunningDigest } from './digest-threads.ts';

/**
 * Writes and hashes content at the same time, in two blocks of its own: while a thread hashes one and the system writes it, the other fills.
 * Nothing of a piece is kept, so whoever gives it may use its memory again.
 */
export class BlockWriter {
  readonly #file: FileHandle;
  readonly #digests: DigestThreads;
  #filling: Block | undefined;
  #spare: Block | undefined;
  #bytes = 0;
  #position = 0;
  #digest: RunningDigest | undefined;
  #working: Promise<unknown> = Promise.resolve();

  constructor(file: FileHandle, digests: DigestThreads) {
    this.#file = file;
    this.#digests = digests;
  }

  /** Resolves when the next piece can be taken. */
  async add(piece: Uint8Array): Promise<void> {
    for (let from = 0; from < piece.byteLength; ) {
      const taken = piece.subarray(from, from + BLOCK_BYTES - this.#bytes);
      this.#filling ??= this.#digests.takeBlock();
      this.#filling.set(taken, this.#bytes);
      this.#bytes += taken.byteLength;
      from += taken.byteLength;
      if (this.#bytes === BLOCK_BYTES) await this.#turn();
    }
  }

  /** Resolves when everything is written, with the hexadecimal digits of its SHA-256. */
  async end(): Promise<string> {
    const rest = this.#filling?.subarray(0, this.#bytes) ?? new Uint8Array();
    if (this.#digest === undefined) {
      await writeAll(this.#file, rest, 0);
      return createHash('sha256').update(rest).digest('hex');
    }
    await this.#turn();
    await this.#working;
    const hex = await this.#digest.digest();
    this.#digest = undefined;
    return hex;
  }

  /** Resolves when nothing is being written, whatever came of it: the file may be closed. */
  async settled(): Promise<void> {
    await this.#working.catch(() => undefined);
    this.#digest?.drop();
    for (const block of [this.#filling, this.#spare]) if (block !== undefined) this.#digests.giveBack(block);
    this.#filling = undefined;
    this.#spare = undefined;
  }

  /** Begins to work on the block that was filled, once the one before is done with. */
  async #turn(): Promise<void> {
    await this.#working;
    const full = this.#filling;
    if (full === undefined) return;
    const block = full.subarray(0, this.#bytes);
    this.#digest ??= this.#digests.begin();
    this.#working = both(this.#digest.update(block), writeAll(this.#file, block, this.#position));
    // Told by whoever waits for it next.
    this.#working.catch(() => undefined);
    this.#filling = this.#spare;
    this.#spare = full;
    this.#position += this.#bytes;
    this.#bytes = 0;
  }
}

/** Neither is left behind when the other fails: it still reads the block, or writes to the file. */
async function both(one: Promise<void>, other: Promise<void>): Promise<void> {
  for (const result of await Promise.allSettled([one, other])) {
    if (result.status === 'rejected') throw result.reason;
  }
}

async function writeAll(file: FileHandle, block: Uint8Array, start: number): Promise<void> {
  for (let done = 0; done < block.byteLength; ) {
    const { bytesWritten } = await file.write(block, done, block.byteLength - done, start + done);
    done += bytesWritten;
  }
}
