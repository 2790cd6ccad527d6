/** The file a thread that seals or opens chunks starts with. */
import { readSync, writevSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { CHUNK_BYTES, PayloadKey, SEALED_CHUNK_BYTES } from '../../seal/payload.ts';
import { writeFully } from '../output-file.ts';
import { reasonOf } from '../reason.ts';
import { type ChunkAnswer, type ChunkSetup, DONE_BYTES, FAILED, NEXT_STRIPE } from './chunk-run.ts';

/** Chunks that are read and written together: 1 MiB. */
const STRIPE_CHUNKS = 16;

const port = parentPort;
if (port === null) throw new Error('not a worker thread');
const { action, key: shared, layout, from, into, counters: memory } = workerData as ChunkSetup;
const { sealedStart, chunks, plainBytes } = layout;
const key = PayloadKey.fromShared(shared);
const counters = new BigInt64Array(memory);
const room = Buffer.allocUnsafeSlow(STRIPE_CHUNKS * SEALED_CHUNK_BYTES);

/** Why work ends early. */
class Failure extends Error {
  readonly answer: ChunkAnswer;

  constructor(answer: ChunkAnswer) {
    super(answer.kind);
    this.answer = answer;
  }
}

function work(): ChunkAnswer {
  try {
    while (Atomics.load(counters, FAILED) === 0n) {
      const first = Number(Atomics.add(counters, NEXT_STRIPE, 1n)) * STRIPE_CHUNKS;
      if (first >= chunks) break;
      workOn(first, Math.min(STRIPE_CHUNKS, chunks - first));
    }
    return { kind: 'done' };
  } catch (error) {
    Atomics.store(counters, FAILED, 1n);
    return error instanceof Failure ? error.answer : { kind: 'unreadable', reason: reasonOf(error) };
  }
}

function workOn(first: number, count: number): void {
  const plainStart = first * CHUNK_BYTES;
  const plainLength = Math.min(count * CHUNK_BYTES, plainBytes - plainStart);
  const sealedPosition = sealedStart + first * SEALED_CHUNK_BYTES;
  const sealedLength = plainLength + count * (SEALED_CHUNK_BYTES - CHUNK_BYTES);
  if (action === 'seal') {
    write(sealAll(first, count, read(plainStart, plainLength)), sealedPosition);
  } else {
    write(openAll(first, count, read(sealedPosition, sealedLength)), plainStart);
  }
  Atomics.add(counters, DONE_BYTES, BigInt(plainLength));
}

function sealAll(first: number, count: number, plain: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < count; at += 1) {
    const index = first + at;
    parts.push(...key.seal(index, index === chunks - 1, plain.subarray(at * CHUNK_BYTES, (at + 1) * CHUNK_BYTES)));
  }
  return parts;
}

function openAll(first: number, count: number, sealed: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < count; at += 1) {
    const index = first + at;
    const part = sealed.subarray(at * SEALED_CHUNK_BYTES, (at + 1) * SEALED_CHUNK_BYTES);
    const plain = key.open(index, index === chunks - 1, part);
    if (plain === null) throw new Failure({ kind: 'corrupt', chunk: index });
    parts.push(plain);
  }
  return parts;
}

function read(position: number, length: number): Buffer {
  const bytes = room.subarray(0, length);
  for (let done = 0; done < length; ) {
    const got = readSync(from, bytes, done, length - done, position + done);
    if (got === 0) throw new Failure({ kind: 'unreadable', reason: 'it became shorter while it was read' });
    done += got;
  }
  return bytes;
}

function write(parts: readonly Buffer[], position: number): void {
  try {
    const total = parts.reduce((sum, part) => sum + part.length, 0);
    const written = writevSync(into, parts, position);
    if (written < total) writeFully(into, Buffer.concat(parts).subarray(written), position + written);
  } catch (error) {
    throw new Failure({ kind: 'unwritable', reason: reasonOf(error) });
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
port.postMessage(work());
