import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { ReadError } from '../../bytes/errors.ts';
import { SealError } from '../../seal/errors.ts';
import type { ChunkLayout } from '../../seal/sealed-source.ts';
import { workerUrl } from '../worker-url.ts';
import { WriteError } from '../write-error.ts';
import { type ChunkAnswer, type ChunkSetup, DONE_BYTES, FAILED, Stripes } from './chunk-stripes.ts';
import type { OnBytes } from './seal-file.ts';

/** Less than this is done sooner than threads start. */
export const WORTH_THREADS_BYTES = 32 * 1024 * 1024;
/** More threads than this wait for the disk. */
const MAX_THREADS = 8;
const PROGRESS_MILLISECONDS = 100;

export interface ChunkWork {
  readonly action: 'seal' | 'open';
  readonly layout: ChunkLayout;
  readonly from: { readonly fd: number; readonly name: string };
  readonly into: { readonly fd: number; readonly name: string };
  readonly onBytes: OnBytes;
}

/** True when a file is worth it and there is more than one processor. */
export function isWorthThreads(bytes: number): boolean {
  return bytes >= WORTH_THREADS_BYTES && availableParallelism() > 1;
}

/**
 * Seals or opens every chunk of a file in this and other threads that read and write each its own stripes: a chunk needs nothing but
 * its number. Returns when no thread uses the descriptors any more.
 * @throws SealError `payload-corrupt`, ReadError, WriteError; the file that was written to is then without worth.
 */
export async function runChunks(work: ChunkWork): Promise<void> {
  const { key, ...layout } = work.layout;
  const counters = new SharedArrayBuffer(3 * BigInt64Array.BYTES_PER_ELEMENT);
  const { action, from, into } = work;
  const setup: ChunkSetup = { action, key: key.shared, layout, from: from.fd, into: into.fd, counters };
  const progress = follow(new BigInt64Array(counters), work.onBytes);
  try {
    // This thread would have nothing to do meanwhile, and one that need not start saves some 50 ms of a processor.
    const others = Array.from({ length: Math.min(MAX_THREADS, availableParallelism()) - 1 }, () => runThread(setup));
    const answers = await Promise.all([runHere(setup), ...others]);
    for (const answer of answers) raise(answer, work);
  } finally {
    progress.end();
  }
}

/** Lets signals and progress in between two stripes, which is a millisecond. */
async function runHere(setup: ChunkSetup): Promise<ChunkAnswer> {
  const stripes = new Stripes(setup);
  for (;;) {
    const answer = stripes.step();
    if (answer !== null) return answer;
    await setImmediate();
  }
}

/** An answer, once the thread is gone; a thread that dies without one counts as one that could not read. */
function runThread(setup: ChunkSetup): Promise<ChunkAnswer> {
  const worker = new Worker(workerUrl('chunk-worker', import.meta.url), { workerData: setup });
  let answer: ChunkAnswer = { kind: 'unreadable', reason: 'a thread ended early' };
  worker.on('message', (message: ChunkAnswer) => {
    answer = message;
  });
  worker.on('error', (error) => {
    Atomics.store(new BigInt64Array(setup.counters), FAILED, 1n);
    answer = { kind: 'unreadable', reason: error instanceof Error ? error.message : String(error) };
  });
  return new Promise((resolve) => worker.on('exit', () => resolve(answer)));
}

function raise(answer: ChunkAnswer, { from, into }: ChunkWork): void {
  if (answer.kind === 'corrupt') throw SealError.of('payload-corrupt', { chunk: answer.chunk });
  if (answer.kind === 'unreadable') throw ReadError.of(from.name, answer.reason);
  if (answer.kind === 'unwritable') throw WriteError.of(into.name, new Error(answer.reason));
}

function follow(counters: BigInt64Array, onBytes: OnBytes): { end(): void } {
  let told = 0;
  const tell = (): void => {
    const done = Number(Atomics.load(counters, DONE_BYTES));
    onBytes(done - told);
    told = done;
  };
  const ticks = setInterval(tell, PROGRESS_MILLISECONDS);
  return {
    end: () => {
      clearInterval(ticks);
      tell();
    },
  };
}
