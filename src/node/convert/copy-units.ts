import { readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { reasonOf } from '../reason.ts';

/** Stays in the cache of the core that reads it, sums it and writes it. */
const BUFFER_BYTES = 512 * 1024;

/** Bytes to copy from one open file to another, by position. Descriptors are the process's, so threads share them. */
export interface CopyUnit {
  readonly fromFd: number;
  readonly from: number;
  readonly length: number;
  readonly to: number;
}

/** What several threads copy together. Each takes the next unit that nobody has. */
export interface CopySetup {
  readonly toFd: number;
  readonly units: readonly CopyUnit[];
  /** An Int32Array of `STATES` numbers. */
  readonly state: SharedArrayBuffer;
  /** A BigInt64Array of one: bytes copied so far. */
  readonly copied: SharedArrayBuffer;
  /** A Uint32Array: the CRC-32 of each unit. */
  readonly sums: SharedArrayBuffer;
}

const NEXT = 0;
const STOPPED = 1;
export const STATES = 2;

/** How a thread's part ended. */
export type CopyAnswer =
  | { readonly kind: 'done' }
  | { readonly kind: 'unreadable' | 'unwritable' | 'truncated'; readonly unit: number; readonly reason: string };

/** One thread's hand in a copy. */
export class UnitCopier {
  readonly #setup: CopySetup;
  readonly #state: Int32Array<SharedArrayBuffer>;
  readonly #copied: BigInt64Array<SharedArrayBuffer>;
  readonly #sums: Uint32Array<SharedArrayBuffer>;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);

  constructor(setup: CopySetup) {
    this.#setup = setup;
    this.#state = new Int32Array(setup.state);
    this.#copied = new BigInt64Array(setup.copied);
    this.#sums = new Uint32Array(setup.sums);
  }

  /** Copies the next unit; an answer once there is none, or when something failed here or elsewhere. */
  step(): CopyAnswer | null {
    if (Atomics.load(this.#state, STOPPED) !== 0) return { kind: 'done' };
    const number = Atomics.add(this.#state, NEXT, 1);
    const unit = this.#setup.units[number];
    if (unit === undefined) return { kind: 'done' };
    const failure = this.#copy(unit, number);
    if (failure !== null) this.stop();
    return failure;
  }

  /** Has every thread end after the unit it is at. */
  stop(): void {
    Atomics.store(this.#state, STOPPED, 1);
  }

  #copy({ fromFd, from, length, to }: CopyUnit, unit: number): CopyAnswer | null {
    let sum = 0;
    for (let done = 0; done < length; ) {
      let got: number;
      try {
        got = readSync(fromFd, this.#buffer, 0, Math.min(BUFFER_BYTES, length - done), from + done);
      } catch (error) {
        return { kind: 'unreadable', unit, reason: reasonOf(error) };
      }
      if (got === 0) return { kind: 'truncated', unit, reason: String(from + done) };
      const bytes = this.#buffer.subarray(0, got);
      sum = crc32(bytes, sum);
      try {
        this.#write(bytes, to + done);
      } catch (error) {
        return { kind: 'unwritable', unit, reason: reasonOf(error) };
      }
      done += got;
    }
    this.#sums[unit] = sum;
    Atomics.add(this.#copied, 0, BigInt(length));
    return null;
  }

  #write(bytes: Uint8Array, position: number): void {
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#setup.toFd, bytes, done, bytes.length - done, position + done);
    }
  }
}
