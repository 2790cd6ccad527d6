import type { Change, Store } from '../store.ts';
import type { ClaimedJob } from './claimed-job.ts';
import { claimDue, dueJobs, type DueJob } from './job-records.ts';
import type { JobSource } from './job-source.ts';

export interface TableSourceOptions {
  readonly store: Store;
  readonly leaseMs: number;
  readonly clock: () => number;
}

/** The embedded column: whoever looks into the table first has the job. */
export class TableSource implements JobSource {
  readonly #options: TableSourceOptions;

  constructor(options: TableSourceOptions) {
    this.#options = options;
  }

  announce(_change: Change, _job: DueJob): Promise<void> {
    return Promise.resolve();
  }

  /** Looks by reading, which costs next to nothing where there is nothing to do. */
  async claim(kinds: readonly string[], limit: number): Promise<readonly ClaimedJob[]> {
    const { store, clock, leaseMs } = this.#options;
    if ((await dueJobs(store.read, kinds, clock(), 1)).length === 0) return [];
    const due = { dialect: store.dialect, kinds, limit };
    return (await store.change((change) => claimDue(change, due, { nowMs: clock(), leaseMs }))).value;
  }

  repair(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
