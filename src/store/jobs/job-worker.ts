import { setTimeout as sleep } from 'node:timers/promises';
import { Attempt, type AttemptMeans } from './attempt.ts';
import type { ClaimedJob } from './claimed-job.ts';
import type { JobHandler } from './job.ts';

export interface WorkerOptions extends AttemptMeans {
  readonly handlers: Readonly<Record<string, JobHandler>>;
  /** How many jobs at once. */
  readonly concurrency: number;
  /** Kinds that wait for others most of the time: so many jobs of each, beside the rest. */
  readonly beside?: Readonly<Record<string, number>>;
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
    const { source, timing, warn } = this.#options;
    clearTimeout(this.#timer);
    try {
      while (this.#looksAgain && !this.#isStopped) {
        this.#looksAgain = false;
        for (const { kinds, room } of this.#lanes()) {
          if (room <= 0 || kinds.length === 0) continue;
          const claimed = await source.claim(kinds, room);
          for (const job of claimed) this.#start(job);
          if (claimed.length > 0) this.#looksAgain = true;
        }
      }
    } catch (error) {
      warn(error);
    }
    if (!this.#isStopped) this.#timer = setTimeout(() => this.wake(), timing.pollMs);
  }

  /** Kinds that share room, and how much of it is free. */
  #lanes(): readonly { readonly kinds: readonly string[]; readonly room: number }[] {
    const { handlers, concurrency, beside = {} } = this.#options;
    const kinds = Object.keys(handlers);
    const alone = kinds.filter((kind) => beside[kind] !== undefined);
    const others = kinds.filter((kind) => beside[kind] === undefined);
    const running = [...this.#running.keys()].map(({ job }) => job.kind);
    const free = (lane: readonly string[], max: number): number =>
      max - running.filter((kind) => lane.includes(kind)).length;
    return [
      { kinds: others, room: free(others, concurrency) },
      ...alone.map((kind) => ({ kinds: [kind], room: free([kind], beside[kind] ?? 0) })),
    ];
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
