import { Worker } from 'node:worker_threads';
import type { ArtifactReport } from '../scan/report.ts';
import type { ScanSettings, ScanTask } from './scan-task.ts';
import type { WorkerMessage } from './serve-scans.ts';

/** Tasks sent ahead, so that a worker never waits for the round trip. */
const MAX_IN_FLIGHT = 6;
const STACK_MEGABYTES = 8;

interface PoolWorkerOptions {
  readonly workerUrl: URL;
  readonly settings: ScanSettings;
  readonly maxHeapMegabytes: number;
  readonly onReport: (index: number, report: ArtifactReport) => void;
  /** Called once, when the thread has ended other than by `stop()`. */
  readonly onEnd: (reason: string) => void;
}

/** One worker thread and the tasks it was given. */
export class PoolWorker {
  readonly #worker: Worker;
  readonly #options: PoolWorkerOptions;
  #tasks: ScanTask[] = [];
  #headSince = performance.now();
  #ready = false;
  #stuck = false;
  #reason = 'ended the worker thread';

  constructor(options: PoolWorkerOptions) {
    this.#options = options;
    this.#worker = new Worker(options.workerUrl, {
      workerData: options.settings,
      resourceLimits: { maxOldGenerationSizeMb: options.maxHeapMegabytes, stackSizeMb: STACK_MEGABYTES },
      stdin: false,
    });
    this.#worker.on('message', (message: WorkerMessage) => this.#receive(message));
    this.#worker.on('error', (error) => {
      this.#reason = failureOf(error);
    });
    this.#worker.on('exit', () => options.onEnd(this.#reason));
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
    if (performance.now() - this.#headSince < seconds * 1000) return;
    this.#stuck = true;
    this.#reason = `took more than ${seconds} seconds and was stopped`;
    void this.#worker.terminate();
  }

  async stop(): Promise<void> {
    this.#worker.removeAllListeners();
    await this.#worker.terminate();
  }

  #receive(message: WorkerMessage): void {
    this.#headSince = performance.now();
    if ('ready' in message) {
      this.#ready = true;
      return;
    }
    this.#tasks.shift();
    this.#options.onReport(message.index, message.report);
  }
}

function failureOf(error: Error): string {
  const code = 'code' in error ? error.code : '';
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return 'ran out of memory';
  return `ended the worker thread: ${error.name}: ${error.message}`;
}
