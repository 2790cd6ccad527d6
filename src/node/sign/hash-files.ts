import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { workerUrl } from '../worker-url.ts';
import { ReadError } from '../../bytes/errors.ts';
import { SignError } from '../../sign/errors.ts';
import type { HashName } from '../../sign/manifest.ts';
import { RangeDigester, type HashTask } from './digest-range.ts';

/** Less than this is hashed sooner than a thread starts. */
const WORTH_A_THREAD_BYTES = 16 * 1024 * 1024;
/** Small files go to a thread together, so that the round trip does not count. */
const BATCH_BYTES = 32 * 1024 * 1024;
const BATCH_FILES = 256;
const PROGRESS_MILLISECONDS = 100;

export interface HashProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface HashOptions {
  readonly hash: HashName;
  /** Threads at most; default: one for each processor. */
  readonly jobs?: number | undefined;
  readonly onProgress?: ((progress: HashProgress) => void) | undefined;
}

/** What a thread is started with. */
export interface HashSetup {
  readonly hash: HashName;
  /** Eight bytes shared by all threads: how much was hashed. */
  readonly counter: SharedArrayBuffer;
}

/** What a thread answers to a batch. */
export type HashAnswer =
  | { readonly digests: readonly string[] }
  | {
      readonly failure: {
        readonly code: string;
        readonly data: Readonly<Record<string, unknown>>;
        readonly message: string;
      };
    };

/**
 * Hashes stretches of files, in threads when that pays, and returns their digests in the order of the tasks. Memory
 * does not depend on the sizes of the files.
 * @throws ReadError, SignError `file-changed`; the first one ends all work.
 */
export async function hashFiles(tasks: readonly HashTask[], options: HashOptions): Promise<string[]> {
  const totalBytes = tasks.reduce((sum, task) => sum + lengthOf(task), 0);
  const jobs = Math.min(options.jobs ?? availableParallelism(), tasks.length);
  if (jobs <= 1 || totalBytes < WORTH_A_THREAD_BYTES) return hashHere(tasks, options, totalBytes);
  return new HashRun(tasks, options, totalBytes).run(jobs);
}

function lengthOf({ begin, end, size }: HashTask): number {
  return (end ?? size) - begin;
}

async function hashHere(tasks: readonly HashTask[], options: HashOptions, totalBytes: number): Promise<string[]> {
  let doneBytes = 0;
  let shown = 0;
  const onBytes = (bytes: number): void => {
    doneBytes += bytes;
    if (performance.now() - shown < PROGRESS_MILLISECONDS) return;
    shown = performance.now();
    options.onProgress?.({ doneBytes, totalBytes });
  };
  // Whoever asks for one thread is not given a second one for reading.
  const digester = new RangeDigester({ hash: options.hash, onBytes, readsAhead: options.jobs !== 1 });
  const digests: string[] = [];
  for (const task of tasks) digests.push(await digester.digest(task));
  return digests;
}

interface Batch {
  readonly indices: number[];
  bytes: number;
}

/** The largest first, so that no thread begins the longest file when the others are done. */
function batchesOf(tasks: readonly HashTask[]): Batch[] {
  const order = tasks.map((task, index) => ({ index, bytes: lengthOf(task) })).sort((a, b) => b.bytes - a.bytes);
  const batches: Batch[] = [];
  for (const { index, bytes } of order) {
    const last = batches.at(-1);
    if (last !== undefined && last.bytes + bytes <= BATCH_BYTES && last.indices.length < BATCH_FILES) {
      last.indices.push(index);
      last.bytes += bytes;
    } else batches.push({ indices: [index], bytes });
  }
  return batches;
}

class HashRun {
  readonly #tasks: readonly HashTask[];
  readonly #options: HashOptions;
  readonly #totalBytes: number;
  readonly #batches: Batch[];
  readonly #digests: string[];
  readonly #counter = new SharedArrayBuffer(8);

  constructor(tasks: readonly HashTask[], options: HashOptions, totalBytes: number) {
    this.#tasks = tasks;
    this.#options = options;
    this.#totalBytes = totalBytes;
    this.#batches = batchesOf(tasks).toReversed();
    this.#digests = Array.from({ length: tasks.length }, () => '');
  }

  async run(jobs: number): Promise<string[]> {
    const threads = Math.min(jobs, this.#batches.length);
    const workers = Array.from({ length: threads }, () => this.#start());
    const ticks = setInterval(() => this.#reportProgress(), PROGRESS_MILLISECONDS);
    try {
      await Promise.all(workers.map((worker) => this.#serve(worker)));
      this.#reportProgress();
      return this.#digests;
    } finally {
      clearInterval(ticks);
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
  }

  #start(): Worker {
    const url = workerUrl('hash-worker', import.meta.url);
    const workerData: HashSetup = { hash: this.#options.hash, counter: this.#counter };
    return new Worker(url, { workerData, execArgv: [] });
  }

  /** Gives a thread one batch after the other until none is left. */
  #serve(worker: Worker): Promise<void> {
    return new Promise((resolve, reject) => {
      let current: Batch | undefined;
      const next = (): void => {
        current = this.#batches.pop();
        if (current === undefined) return resolve();
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
        worker.postMessage(current.indices.map((index) => this.#tasks[index]));
      };
      worker.on('message', (answer: HashAnswer) => {
        if ('failure' in answer) return reject(errorOf(answer.failure));
        for (const [place, digest] of answer.digests.entries()) this.#digests[current?.indices[place] ?? -1] = digest;
        next();
      });
      worker.on('error', reject);
      worker.on('exit', () => reject(ReadError.of('files in threads', 'a thread ended early')));
      next();
    });
  }

  #reportProgress(): void {
    const doneBytes = Number(Atomics.load(new BigInt64Array(this.#counter), 0));
    this.#options.onProgress?.({ doneBytes, totalBytes: this.#totalBytes });
  }
}

/** Errors lose their class on the way between threads. */
function errorOf({ code, data, message }: Extract<HashAnswer, { failure: unknown }>['failure']): Error {
  if (code === 'file-changed') return SignError.of(code, String(data['detail']));
  if (code === 'unreadable') return ReadError.of(String(data['what']), String(data['reason']));
  return new Error(message);
}
