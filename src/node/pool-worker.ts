import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ArtifactReport } from '../scan/report.ts';
import type { ScanSettings, ScanTask } from './scan-task.ts';
import type { WorkerMessage, WorkerSetup } from './serve-scans.ts';

/** Tasks sent ahead, so that a worker never waits for the round trip. */
const MAX_IN_FLIGHT = 6;
const STACK_MEGABYTES = 8;
/** Buffers outside the heap die with the young objects that hold them: a small nursery halves a worker's memory. */
const YOUNG_MEGABYTES = 6;
/** Starting takes a tenth of a second; on a machine under load, many times that. */
const MAX_START_SECONDS = 60;
/** V8 leaves checks for interruption out of some optimised loops, so stopping a thread may have no effect. */
const ABANDON_MILLISECONDS = 3000;

export interface PoolWorkerOptions {
  readonly workerUrl: URL;
  readonly settings: ScanSettings;
  readonly maxHeapMegabytes: number;
}

/** Told how a worker gets on, by whoever gives it tasks. */
export interface WorkerListener {
  readonly onReport: (index: number, report: ArtifactReport) => void;
  /** Called once, when the thread has ended other than by `stop()`, or could not be stopped. */
  readonly onEnd: (reason: string) => void;
  readonly onAbandon: () => void;
}

/** One worker thread and the tasks it was given. */
export class PoolWorker {
  readonly #worker: Worker;
  #listener: WorkerListener;
  #tasks: ScanTask[] = [];
  #headSince = performance.now();
  #ready = false;
  #stuck = false;
  #ended = false;
  #reason = 'ended the worker thread';

  constructor(options: PoolWorkerOptions, listener: WorkerListener) {
    this.#listener = listener;
    this.#worker = new Worker(options.workerUrl, {
      workerData: { settings: options.settings, compileCache: compileCache() } satisfies WorkerSetup,
      resourceLimits: {
        maxOldGenerationSizeMb: options.maxHeapMegabytes,
        maxYoungGenerationSizeMb: YOUNG_MEGABYTES,
        stackSizeMb: STACK_MEGABYTES,
      },
      // Not the options of whoever embeds the library: some of them (--input-type) forbid worker threads to start.
      execArgv: [],
    });
    this.#worker.on('message', (message: WorkerMessage) => this.#receive(message));
    this.#worker.on('error', (error) => {
      this.#reason = failureOf(error);
    });
    this.#worker.on('exit', () => this.#end());
  }

  /** From now on somebody else is told. */
  serve(listener: WorkerListener): void {
    this.#listener = listener;
  }

  /** Whether the process waits for it. */
  ref(): void {
    this.#worker.ref();
  }

  unref(): void {
    this.#worker.unref();
  }

  get wasReady(): boolean {
    return this.#ready;
  }

  /** True when it was stopped because of the time it took. */
  get isStuck(): boolean {
    return this.#stuck;
  }

  get isIdle(): boolean {
    return this.#tasks.length === 0;
  }

  canTake(task: ScanTask): boolean {
    if (task.alone === true) return this.isIdle;
    return this.#tasks.length < MAX_IN_FLIGHT && !this.#tasks.some((one) => one.alone === true);
  }

  give(task: ScanTask): void {
    if (this.#tasks.length === 0) this.#headSince = performance.now();
    this.#tasks.push(task);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
    this.#worker.postMessage(task);
  }

  /** The tasks without an answer, first the one that was being worked on. */
  takeTasks(): readonly ScanTask[] {
    const tasks = this.#tasks;
    this.#tasks = [];
    return tasks;
  }

  stopIfLongerThan(seconds: number): void {
    if (this.#tasks.length === 0 || this.#stuck) return;
    const allowed = this.#ready ? seconds : Math.max(seconds, MAX_START_SECONDS);
    if (performance.now() - this.#headSince < allowed * 1000) return;
    this.#stuck = true;
    this.#reason = `took more than ${allowed} seconds and was stopped`;
    void this.#worker.terminate();
    setTimeout(() => this.#abandon(), ABANDON_MILLISECONDS).unref();
  }

  async stop(): Promise<void> {
    this.#worker.removeAllListeners();
    await this.#worker.terminate();
  }

  /** The thread goes on for ever: its file is given up, and the process cannot end in the ordinary way. */
  #abandon(): void {
    if (this.#ended) return;
    this.#worker.removeAllListeners();
    this.#worker.unref();
    this.#listener.onAbandon();
    this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#listener.onEnd(this.#reason);
  }

  #receive(message: WorkerMessage): void {
    this.#headSince = performance.now();
    if ('ready' in message) {
      this.#ready = true;
      return;
    }
    this.#tasks.shift();
    this.#listener.onReport(message.index, message.report);
  }
}

/** The folder the program itself was told to use; Node names a subfolder of it after its version. */
function compileCache(): string | undefined {
  const versioned = getCompileCacheDir();
  return versioned === undefined ? undefined : dirname(versioned);
}

function failureOf(error: Error): string {
  const code = 'code' in error ? error.code : '';
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return 'ran out of memory';
  return `ended the worker thread: ${error.name}: ${error.message}`;
}
