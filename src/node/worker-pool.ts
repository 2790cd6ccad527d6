import { availableParallelism, totalmem } from 'node:os';
import { ReadError } from '../bytes/errors.ts';
import { unexaminedReport } from '../scan/notice-report.ts';
import type { ArtifactReport } from '../scan/report.ts';
import type { IdleWorkers } from './idle-workers.ts';
import { PoolWorker, type WorkerListener } from './pool-worker.ts';
import type { ScanSettings, ScanTask } from './scan-task.ts';

/** Files queued for each worker before another worker is worth its 50 ms of start-up. */
const QUEUE_PER_WORKER = 12;
/** Tasks kept ready beyond those being worked on; the rest stays in the iterator. */
const QUEUE_AHEAD = 20_000;
/** How long the walk may hold up answers at a stretch. */
const REFILL_MILLISECONDS = 8;
/** Beyond the limit a file has for itself, after which its worker is stopped from outside. */
const DEFAULT_GRACE_SECONDS = 10;
const MAX_START_FAILURES = 3;
const MiB = 1024 * 1024;

export interface PoolOptions {
  readonly settings: ScanSettings;
  /** At most this many worker threads. */
  readonly jobs: number;
  readonly workerUrl: URL;
  /** Heap of one worker; beyond it the worker ends and its file is reported. */
  readonly maxHeapMegabytes?: number | undefined;
  readonly graceSeconds?: number | undefined;
  /** Where threads wait for the next run; default: they end with this one. */
  readonly idleWorkers?: IdleWorkers | undefined;
  /** A worker thread could not be stopped; see `ScanFilesOptions.onStuckThread`. */
  readonly onAbandon?: (() => void) | undefined;
  readonly onReport: (index: number, report: ArtifactReport) => void;
}

/** How many workers to use when nobody says. */
export function defaultJobs(): number {
  return availableParallelism();
}

/**
 * Examines tasks in worker threads. A worker that crashes, runs out of memory or is stuck costs the file it was
 * at, which is reported as `internal-error`, and is replaced.
 */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #tasks: Iterator<ScanTask>;
  readonly #workers = new Set<PoolWorker>();
  #queue: ScanTask[] = [];
  #next = 0;
  #walkEnded = false;
  #refilling = false;
  #startFailures = 0;
  #failure: Error | undefined;
  #settle: () => void = () => undefined;

  constructor(tasks: Iterator<ScanTask>, options: PoolOptions) {
    this.#tasks = tasks;
    this.#options = options;
  }

  /** True once every task is known, so that totals are final. */
  get walkEnded(): boolean {
    return this.#walkEnded;
  }

  /** Resolves when every task has its report. @throws ReadError when no worker can be started at all. */
  async run(): Promise<void> {
    const settled = new Promise<void>((resolve) => {
      this.#settle = resolve;
    });
    const watch = setInterval(() => this.#stopStuck(), 500);
    this.#refill();
    await settled;
    clearInterval(watch);
    await Promise.all([...this.#workers].map((worker) => this.#release(worker)));
    if (this.#failure !== undefined) throw this.#failure;
  }

  #queued(): number {
    return this.#queue.length - this.#next;
  }

  /** Takes tasks from the walk in small bites, so that neither memory nor the event loop depends on its length. */
  #refill(): void {
    this.#refilling = false;
    const until = performance.now() + REFILL_MILLISECONDS;
    while (!this.#walkEnded && this.#queued() < QUEUE_AHEAD && performance.now() < until) {
      const next = this.#tasks.next();
      if (next.done === true) this.#walkEnded = true;
      else this.#queue.push(next.value);
    }
    this.#dispatch();
  }

  #dispatch(): void {
    if (!this.#walkEnded && !this.#refilling && this.#queued() < QUEUE_AHEAD) {
      this.#refilling = true;
      setImmediate(() => this.#refill());
    }
    while (this.#workers.size < this.#wanted()) this.#start();
    for (const worker of this.#workers) {
      for (let task = this.#queue[this.#next]; task !== undefined && worker.canTake(task); ) {
        worker.give(task);
        this.#taken();
        task = this.#queue[this.#next];
      }
    }
    const idle = [...this.#workers].every((worker) => worker.isIdle);
    if (this.#failure !== undefined || (this.#walkEnded && this.#queued() === 0 && idle)) this.#settle();
  }

  #wanted(): number {
    if (this.#queued() === 0) return 0;
    return Math.min(this.#options.jobs, Math.max(1, Math.ceil(this.#queued() / QUEUE_PER_WORKER)));
  }

  #taken(): void {
    this.#next += 1;
    if (this.#next < 4096) return;
    this.#queue = this.#queue.slice(this.#next);
    this.#next = 0;
  }

  #start(): void {
    const { settings, workerUrl, onReport, onAbandon, idleWorkers } = this.#options;
    const listener: WorkerListener = {
      onReport: (index, report) => {
        onReport(index, report);
        this.#dispatch();
      },
      onAbandon: onAbandon ?? (() => undefined),
      onEnd: (reason) => this.#ended(worker, reason),
    };
    const kept = idleWorkers?.take(this.#key());
    const worker: PoolWorker =
      kept ?? new PoolWorker({ workerUrl, settings, maxHeapMegabytes: this.#heapMegabytes() }, listener);
    kept?.serve(listener);
    this.#workers.add(worker);
  }

  #heapMegabytes(): number {
    const { jobs, maxHeapMegabytes } = this.#options;
    return maxHeapMegabytes ?? Math.min(4096, Math.floor((totalmem() * 0.6) / MiB / jobs));
  }

  /** What a thread was started with. */
  #key(): string {
    const { settings, workerUrl } = this.#options;
    return JSON.stringify([workerUrl.href, this.#heapMegabytes(), settings]);
  }

  async #release(worker: PoolWorker): Promise<void> {
    const { idleWorkers } = this.#options;
    const isSound = worker.wasReady && worker.isIdle && !worker.isStuck && this.#failure === undefined;
    if (idleWorkers === undefined || !isSound) return worker.stop();
    return idleWorkers.put(this.#key(), worker);
  }

  /**
   * Which of the files a dead worker was at is not certain, since answers die with it. So they are tried again one
   * at a time; a file that takes a worker down alone is the culprit.
   */
  #ended(worker: PoolWorker, reason: string): void {
    if (!this.#workers.delete(worker)) return;
    const [first, ...others] = worker.takeTasks();
    if (!worker.wasReady) this.#countStartFailure(reason);
    if (first !== undefined && (worker.isStuck || (worker.wasReady && others.length === 0))) {
      this.#options.onReport(first.index, blame(first, reason));
      this.#requeue(others);
    } else if (first !== undefined) {
      this.#requeue([first, ...others].map((task) => ({ ...task, alone: true })));
    }
    this.#dispatch();
  }

  #requeue(tasks: readonly ScanTask[]): void {
    this.#queue = [...tasks, ...this.#queue.slice(this.#next)];
    this.#next = 0;
  }

  #countStartFailure(reason: string): void {
    this.#startFailures += 1;
    if (this.#startFailures >= MAX_START_FAILURES) {
      this.#failure = ReadError.of('files in worker threads', `a worker does not start: ${reason}`);
    }
  }

  #stopStuck(): void {
    const { settings, graceSeconds } = this.#options;
    const seconds = settings.limits.maxSecondsPerFile + (graceSeconds ?? DEFAULT_GRACE_SECONDS);
    for (const worker of this.#workers) worker.stopIfLongerThan(seconds);
  }
}

function blame(task: ScanTask, reason: string): ArtifactReport {
  return unexaminedReport(task.path, { code: 'internal-error', detail: `examining this file ${reason}` });
}
