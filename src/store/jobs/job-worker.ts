import { setTimeout as sleep } from 'node:timers/promises';
import { Attempt, type AttemptMeans } from './attempt.ts';
import type { ClaimedJob } from './claimed-job.ts';
import type { JobHandler } from './job.ts';

export interface WorkerOptions extends AttemptMeans {
  readonly handlers: Readonly<Record<string, JobHandler>>;
  /** How many jobs at once. */
  readonly concurrency: number;
}

/** Takes jobs that are due while it has room, and ends them. */
export class JobWorker {
  readonly #options: WorkerOptions;
  readonly #running = new Map<Attempt, Promise<void>>();
  #isStopped = false;
  #looking: Promise<void> | undefined;
  #looksAgain = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** There may be something to do. */
  wake(): void {
    if (this.#isStopped || this.#options.concurrency === 0) return;
    this.#looksAgain = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
  }

  /** Something happened to a job that may be under way here. */
  recheck(id: string): void {
    for (const attempt of this.#running.keys()) {
      if (attempt.job.id === id) void attempt.recheck();
    }
  }

  /** Lets what is under way end, for so long; then tells it to stop, and gives back what was not finished. */
  async stop(timeoutMs: number): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
    await this.#ended(timeoutMs);
    for (const attempt of this.#running.keys()) attempt.stop();
    await this.#ended(this.#options.timing.stopGraceMs);
    await Promise.all([...this.#running.keys()].map((attempt) => attempt.giveBack()));
  }

  async #ended(timeoutMs: number): Promise<void> {
    if (this.#running.size === 0) return;
    const waiting = new AbortController();
    const timer = sleep(timeoutMs, undefined, { signal: waiting.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#running.values()), timer]);
    waiting.abort();
  }

  async #look(): Promise<void> {
    const { source, handlers, concurrency, timing, warn } = this.#options;
    clearTimeout(this.#timer);
    try {
      while (this.#looksAgain && !this.#isStopped && this.#running.size < concurrency) {
        this.#looksAgain = false;
        const claimed = await source.claim(Object.keys(handlers), concurrency - this.#running.size);
        for (const job of claimed) this.#start(job);
        if (claimed.length > 0) this.#looksAgain = true;
      }
    } catch (error) {
      warn(error);
    }
    if (!this.#isStopped) this.#timer = setTimeout(() => this.wake(), timing.pollMs);
  }

  #start(job: ClaimedJob): void {
    const { handlers, warn, changed } = this.#options;
    const work = handlers[job.kind];
    if (work === undefined) throw new Error(`claimed a job of the kind ${job.kind}, which nobody asked for`);
    const attempt = new Attempt(job, this.#options);
    const ended = attempt
      .run(work)
      .catch(warn)
      .finally(() => {
        this.#running.delete(attempt);
        this.wake();
      });
    this.#running.set(attempt, ended);
    changed(job.id);
  }
}
