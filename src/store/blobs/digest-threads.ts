import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { workerUrl } from '../../node/worker-url.ts';

/** One hashes faster than most disks write; the others are for several uploads at once. */
const MAX_THREADS = 4;
const MAX_HEAP_MEGABYTES = 32;
/** A call for each piece of 64 KiB, as sockets give them, costs more than the writing. */
export const BLOCK_BYTES = 1024 * 1024;
/** Blocks that are kept for the next content. */
const MAX_SPARE = 32;

/** In shared memory, so that a thread sees it without a copy. */
export type Block = Uint8Array<SharedArrayBuffer>;

/** What a thread is told of one content: a block of it in shared memory, or that it ended. */
export type DigestTask = { readonly id: number } & (
  | { readonly block: Block }
  | { readonly block?: undefined; readonly isWhole: boolean }
);

/** Hexadecimal digits for a content that ended whole. */
export type DigestAnswer = string | null;

/** SHA-256 of a content whose blocks are hashed in a thread, while this one receives the next. */
export interface RunningDigest {
  /** Resolves when the block may change. */
  update(block: Block): Promise<void>;
  /** Hexadecimal digits. */
  digest(): Promise<string>;
  /** For content that did not end well. */
  drop(): void;
}

/** Threads that start when they are needed, and keep no process alive while nothing is asked of them. */
export class DigestThreads {
  readonly #threads: DigestThread[] = [];
  readonly #count = Math.max(1, Math.min(MAX_THREADS, availableParallelism() - 1));
  readonly #spare: Block[] = [];
  #last = 0;

  begin(): RunningDigest {
    const id = ++this.#last;
    const place = id % this.#count;
    let thread = this.#threads[place];
    if (thread === undefined || thread.hasEnded) {
      thread = new DigestThread();
      this.#threads[place] = thread;
    }
    const { ask } = thread;
    return {
      update: async (block) => void (await ask({ id, block })),
      digest: async () => (await ask({ id, isWhole: true })) ?? '',
      drop: () => void ask({ id, isWhole: false }).catch(() => undefined),
    };
  }

  /** Of any content. Each that is taken is given back. */
  takeBlock(): Block {
    return this.#spare.pop() ?? new Uint8Array(new SharedArrayBuffer(BLOCK_BYTES));
  }

  /** Used again: nobody collects shared memory before all threads that saw it have looked for garbage, and these seldom do. */
  giveBack(block: Block): void {
    if (this.#spare.length < MAX_SPARE) this.#spare.push(block);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.splice(0).map((thread) => thread.end()));
  }
}

class DigestThread {
  readonly #worker = new Worker(workerUrl('digest-worker', import.meta.url), {
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MEGABYTES },
  });
  /** Answers come in the order of the tasks. */
  readonly #asked: PromiseWithResolvers<DigestAnswer>[] = [];
  #end: Error | undefined;

  constructor() {
    this.#worker.on('message', (answer: DigestAnswer) => {
      this.#asked.shift()?.resolve(answer);
      if (this.#asked.length === 0) this.#worker.unref();
    });
    this.#worker.on('error', (error) => this.#ended(error));
    this.#worker.on('exit', () => this.#ended(new Error('the thread that hashes ended')));
    this.#worker.unref();
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  readonly ask = (task: DigestTask): Promise<DigestAnswer> => {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const asked = Promise.withResolvers<DigestAnswer>();
    this.#asked.push(asked);
    this.#worker.ref();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
    this.#worker.postMessage(task);
    return asked.promise;
  };

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #ended(error: unknown): void {
    this.#end ??= error instanceof Error ? error : new Error(String(error));
    for (const { reject } of this.#asked.splice(0)) reject(this.#end);
  }
}
