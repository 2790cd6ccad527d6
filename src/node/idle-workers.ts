import type { PoolWorker } from './pool-worker.ts';

interface IdleWorkersOptions {
  /** Further ones are ended. */
  readonly max: number;
  /** What nobody wanted for so long is ended: each takes tens of MiB. */
  readonly maxIdleMs: number;
}

interface Idle {
  readonly key: string;
  readonly worker: PoolWorker;
  readonly timer: NodeJS.Timeout;
}

/**
 * Scan threads that wait for the next run, for programs that scan one model after the other: starting one costs more than examining a small
 * model. A thread is taken again only by a run with the same settings, and keeps no process alive while it waits.
 */
export class IdleWorkers {
  readonly #options: IdleWorkersOptions;
  #idle: readonly Idle[] = [];

  constructor(options: IdleWorkersOptions) {
    this.#options = options;
  }

  /** One that was put with this key, if there is one. */
  take(key: string): PoolWorker | undefined {
    const found = this.#idle.find((one) => one.key === key);
    if (found === undefined) return undefined;
    this.#forget(found);
    found.worker.ref();
    return found.worker;
  }

  /** Only one that has nothing to do, and did not fail. */
  async put(key: string, worker: PoolWorker): Promise<void> {
    if (this.#idle.length >= this.#options.max) return worker.stop();
    const timer = setTimeout(() => void this.#end(idle), this.#options.maxIdleMs).unref();
    const idle: Idle = { key, worker, timer };
    worker.serve({ onReport: () => undefined, onAbandon: () => undefined, onEnd: () => this.#forget(idle) });
    worker.unref();
    this.#idle = [...this.#idle, idle];
  }

  /** Ends them all. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.map((one) => this.#end(one)));
  }

  #end(idle: Idle): Promise<void> {
    this.#forget(idle);
    return idle.worker.stop();
  }

  #forget(idle: Idle): void {
    clearTimeout(idle.timer);
    this.#idle = this.#idle.filter((one) => one !== idle);
  }
}
