import type { KeyObject } from 'node:crypto';
import { readSync } from 'node:fs';
import { CHUNK_BYTES, giveBack, PayloadKey, SEALED_CHUNK_BYTES } from '../../seal/payload.ts';
import type { ChunkLayout } from '../../seal/sealed-source.ts';
import { writeFully } from '../output-file.ts';
import { reasonOf } from '../reason.ts';

/** Chunks that are read and written together: 1 MiB. */
const STRIPE_CHUNKS = 16;

/** What a thread is started with. Descriptors belong to the whole process. */
export interface ChunkSetup {
  readonly action: 'seal' | 'open';
  readonly key: KeyObject;
  readonly layout: Omit<ChunkLayout, 'key'>;
  readonly from: number;
  readonly into: number;
  /** Three numbers of 64 bits: the next stripe to take, bytes done, and whether somebody failed. */
  readonly counters: SharedArrayBuffer;
}

const NEXT_STRIPE = 0;
export const DONE_BYTES = 1;
export const FAILED = 2;

/** How a thread ends. */
export type ChunkAnswer =
  | { readonly kind: 'done' }
  | { readonly kind: 'corrupt'; readonly chunk: number }
  | { readonly kind: 'unreadable' | 'unwritable'; readonly reason: string };

/** Why work ends early. */
class Failure extends Error {
  readonly answer: ChunkAnswer;

  constructor(answer: ChunkAnswer) {
    super(answer.kind);
    this.answer = answer;
  }
}

/** Takes stripes of a file one after the other, until none is left or somebody failed; other threads take the others. */
export class Stripes {
  readonly #setup: ChunkSetup;
  readonly #key: PayloadKey;
  readonly #counters: BigInt64Array;
  /** What is read, and what is written: the same memory for every stripe. */
  readonly #room = Buffer.allocUnsafeSlow(STRIPE_CHUNKS * SEALED_CHUNK_BYTES);
  readonly #result = Buffer.allocUnsafeSlow(STRIPE_CHUNKS * SEALED_CHUNK_BYTES);

  constructor(setup: ChunkSetup) {
    this.#setup = setup;
    this.#key = PayloadKey.fromShared(setup.key);
    this.#counters = new BigInt64Array(setup.counters);
  }

  /** Works on one stripe. Null while there may be more. */
  step(): ChunkAnswer | null {
    if (Atomics.load(this.#counters, FAILED) !== 0n) return { kind: 'done' };
    const { chunks } = this.#setup.layout;
    const first = Number(Atomics.add(this.#counters, NEXT_STRIPE, 1n)) * STRIPE_CHUNKS;
    if (first >= chunks) return { kind: 'done' };
    try {
      this.#workOn(first, Math.min(STRIPE_CHUNKS, chunks - first));
      return null;
    } catch (error) {
      Atomics.store(this.#counters, FAILED, 1n);
      return error instanceof Failure ? error.answer : { kind: 'unreadable', reason: reasonOf(error) };
    }
  }

  #workOn(first: number, count: number): void {
    const { action, layout } = this.#setup;
    const plainStart = first * CHUNK_BYTES;
    const plainLength = Math.min(count * CHUNK_BYTES, layout.plainBytes - plainStart);
    const sealedPosition = layout.sealedStart + first * SEALED_CHUNK_BYTES;
    const sealedLength = plainLength + count * (SEALED_CHUNK_BYTES - CHUNK_BYTES);
    if (action === 'seal') {
      this.#write(this.#sealAll(first, count, this.#read(plainStart, plainLength)), sealedPosition);
    } else {
      this.#write(this.#openAll(first, count, this.#read(sealedPosition, sealedLength)), plainStart);
    }
    Atomics.add(this.#counters, DONE_BYTES, BigInt(plainLength));
  }

  #sealAll(first: number, count: number, plain: Buffer): Buffer {
    let length = 0;
    for (let at = 0; at < count; at += 1) {
      const index = first + at;
      const part = plain.subarray(at * CHUNK_BYTES, (at + 1) * CHUNK_BYTES);
      const [sealed, tag] = this.#key.seal(index, this.#isLast(index), part);
      this.#result.set(sealed, length);
      this.#result.set(tag, length + sealed.length);
      length += sealed.length + tag.length;
      giveBack(sealed);
    }
    return this.#result.subarray(0, length);
  }

  #openAll(first: number, count: number, sealed: Buffer): Buffer {
    let length = 0;
    for (let at = 0; at < count; at += 1) {
      const index = first + at;
      const part = sealed.subarray(at * SEALED_CHUNK_BYTES, (at + 1) * SEALED_CHUNK_BYTES);
      const plain = this.#key.open(index, this.#isLast(index), part);
      if (plain === null) throw new Failure({ kind: 'corrupt', chunk: index });
      this.#result.set(plain, length);
      length += plain.length;
      giveBack(plain);
    }
    return this.#result.subarray(0, length);
  }

  #isLast(index: number): boolean {
    return index === this.#setup.layout.chunks - 1;
  }

  #read(position: number, length: number): Buffer {
    const bytes = this.#room.subarray(0, length);
    for (let done = 0; done < length; ) {
      const got = readSync(this.#setup.from, bytes, done, length - done, position + done);
      if (got === 0) throw new Failure({ kind: 'unreadable', reason: 'it became shorter while it was read' });
      done += got;
    }
    return bytes;
  }

  #write(bytes: Buffer, position: number): void {
    try {
      writeFully(this.#setup.into, bytes, position);
    } catch (error) {
      throw new Failure({ kind: 'unwritable', reason: reasonOf(error) });
    }
  }
}
