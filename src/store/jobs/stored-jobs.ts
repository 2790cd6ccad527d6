import type { PrincipalRef } from '../../contract/types/common.ts';
import type { EntryDraft } from '../../ledger/entry.ts';
import type { Bus } from '../bus/bus.ts';
import type { Change, Store } from '../store.ts';
import type { AttemptMeans } from './attempt.ts';
import { JobError } from './errors.ts';
import type { JobFilter, JobHandler, JobRecord, JobRequest, Jobs } from './job.ts';
import { addJob, cancelJob, renewFailed, type DueJob } from './job-records.ts';
import type { JobSource } from './job-source.ts';
import { JobWorker } from './job-worker.ts';
import { countJobs, findJob, listJobs } from './read-jobs.ts';
import type { JobTiming } from './timing.ts';
import { JobUpkeep, type JobSchedule } from './upkeep.ts';

export interface StoredJobsOptions {
  readonly column: Jobs['column'];
  readonly kinds: readonly string[];
  readonly schedules: readonly JobSchedule[];
  readonly concurrency: number;
  readonly beside: Readonly<Record<string, number>>;
  readonly timing: JobTiming;
  readonly clock: () => number;
  readonly warn: (error: unknown) => void;
  readonly observe: AttemptMeans['observe'];
}

interface Means {
  readonly store: Store;
  readonly source: JobSource;
  readonly bus: Bus | undefined;
}

/** The queue of both columns: the table `job`, and a source that says who runs what. */
export class StoredJobs implements Jobs {
  readonly column: Jobs['column'];
  readonly #options: StoredJobsOptions;
  #means: Means | undefined;
  #worker: JobWorker | undefined;
  #upkeep: JobUpkeep | undefined;
  #unsubscribe: () => void = () => undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: StoredJobsOptions) {
    this.column = options.column;
    this.#options = options;
  }

  /** The store asks the queue to add jobs, and the queue needs the store: whoever opens both joins them. */
  attach(means: Means): this {
    this.#means = means;
    return this;
  }

  /** Adds a job as a part of a change. @throws JobError `job-unknown-kind`, `job-data-too-large` */
  async enqueue(change: Change, request: JobRequest, nowMs: number): Promise<string> {
    const { kinds } = this.#options;
    if (!kinds.includes(request.kind)) {
      throw JobError.of('job-unknown-kind', { kind: request.kind, known: kinds.join(', ') });
    }
    const job = await addJob(change, request, nowMs);
    if (job.isNew) await this.#announce(change, job);
    return job.id;
  }

  find(id: string): Promise<JobRecord | undefined> {
    return findJob(this.#attached().store.read, id);
  }

  list(filter: JobFilter): Promise<readonly JobRecord[]> {
    return listJobs(this.#attached().store.read, filter);
  }

  counts(): Promise<{ readonly waiting: number; readonly running: number; readonly failed: number }> {
    return countJobs(this.#attached().store.read);
  }

  async retry(id: string, by: PrincipalRef): Promise<void> {
    await this.#attached().store.change(async (change) => {
      await this.#announce(change, await renewFailed(change, id, this.#options.clock()));
      change.record(actOf('job.retry', id, by));
    });
  }

  async cancel(id: string, by: PrincipalRef): Promise<void> {
    await this.#attached().store.change(async (change) => {
      await cancelJob(change, id, this.#options.clock());
      change.record(actOf('job.cancel', id, by));
    });
    this.#heard(id);
    this.#changed(id);
  }

  start(handlers: Readonly<Record<string, JobHandler>>): Promise<void> {
    const { store, source, bus } = this.#attached();
    const { timing, clock, warn, observe, concurrency, beside, schedules } = this.#options;
    const changed = (id: string): void => this.#changed(id);
    const means: AttemptMeans = { store, source, timing, clock, warn, observe, changed };
    const room = Object.keys(handlers).length === 0 ? 0 : concurrency;
    this.#worker = new JobWorker({ ...means, handlers, concurrency: room, beside });
    this.#upkeep = new JobUpkeep(means, schedules);
    this.#unsubscribe = bus?.subscribe('jobs', (id) => this.#heard(id)) ?? this.#unsubscribe;
    this.#upkeep.start();
    this.#worker.wake();
    return Promise.resolve();
  }

  stop({ timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    this.#stopped ??= this.#stop(timeoutMs);
    return this.#stopped;
  }

  async #stop(timeoutMs: number): Promise<void> {
    this.#unsubscribe();
    await this.#upkeep?.stop();
    await this.#worker?.stop(timeoutMs);
    await this.#means?.source.close();
  }

  async #announce(change: Change, job: DueJob): Promise<void> {
    await this.#attached().source.announce(change, job);
    change.afterCommit(() => {
      this.#changed(job.id);
      this.#worker?.wake();
    });
  }

  /** A job that was added, or one that was cancelled elsewhere. */
  #heard(id: string): void {
    this.#worker?.recheck(id);
    this.#worker?.wake();
  }

  #changed(id: string): void {
    this.#means?.bus?.publish('jobs', id);
  }

  #attached(): Means {
    if (this.#means === undefined) throw new Error('the queue was used before it was attached to a store');
    return this.#means;
  }
}

/** What somebody did to a job. */
function actOf(activity: 'job.retry' | 'job.cancel', id: string, by: PrincipalRef): EntryDraft {
  return { class: 'api-activity', activity, actor: by, object: { kind: 'job', id }, outcome: 'success' };
}
