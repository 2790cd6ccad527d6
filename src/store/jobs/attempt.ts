import { CodedError } from '../../bytes/errors.ts';
import type { EntryDraft } from '../../ledger/entry.ts';
import type { Store } from '../store.ts';
import { backoffMs } from './backoff.ts';
import type { ClaimedJob } from './claimed-job.ts';
import type { JobContext, JobHandler } from './job.ts';
import { endAttempt, isHeld, renewLease, type Outcome } from './job-records.ts';
import type { JobSource } from './job-source.ts';
import { jobLimits } from './limits.ts';
import type { JobTiming } from './timing.ts';

export interface AttemptMeans {
  readonly store: Store;
  readonly source: JobSource;
  readonly timing: JobTiming;
  readonly clock: () => number;
  /** Told of what stops nothing but should be looked at. */
  readonly warn: (error: unknown) => void;
  /** Told that the record of a job has changed. */
  readonly changed: (id: string) => void;
  /** Told how each attempt goes. */
  readonly observe: (event: AttemptEvent) => void;
}

/** What there is to say of an attempt. `waiting`: it failed and comes again, or was given back. `lost`: another worker has the job. */
export interface AttemptEvent {
  readonly type: 'running' | Outcome['state'] | 'lost';
  readonly id: string;
  readonly kind: string;
  readonly attempt: number;
  readonly ms: number;
}

/** Pauses between tries to write down how an attempt ended, while its lease holds. */
const SETTLE_RETRY_MS = 1_000;

/** One attempt at a job: keeps its lease, runs it, and writes down once how it ended. */
export class Attempt {
  readonly job: ClaimedJob;
  readonly #means: AttemptMeans;
  readonly #abort = new AbortController();
  #leaseUntil: number;
  #progressAt = Number.NEGATIVE_INFINITY;
  #isGivenBack = false;
  readonly #startedAt = performance.now();

  constructor(job: ClaimedJob, means: AttemptMeans) {
    this.job = job;
    this.#means = means;
    this.#leaseUntil = means.clock() + means.timing.leaseMs;
  }

  /** Resolves when the attempt has ended and that is written down, or is for somebody else to write. */
  async run(work: JobHandler): Promise<void> {
    this.#observe('running');
    const renewal = setInterval(() => void this.#renew(), this.#means.timing.renewMs);
    try {
      const outcome = await this.#outcomeOf(work);
      await this.#settle(outcome);
    } finally {
      clearInterval(renewal);
    }
  }

  /** Tells the job to stop; what it does not finish is given back. */
  stop(): void {
    this.#isGivenBack = true;
    this.#abort.abort(new Error('the worker stops'));
  }

  /** Looks whether it still has the job: somebody may have cancelled it. */
  async recheck(): Promise<void> {
    const { store, warn } = this.#means;
    try {
      if (!(await isHeld(store.read, this.job))) this.#lose();
    } catch (error) {
      warn(error);
    }
  }

  #lose(): void {
    this.#abort.abort(new Error('the job was cancelled, or given to another worker'));
  }

  /** Gives the job back whether it stops or not: what it still writes is refused. */
  async giveBack(): Promise<void> {
    await this.#settle(this.#returned());
  }

  async #outcomeOf(work: JobHandler): Promise<Outcome> {
    try {
      return { state: 'done', result: await work(this.#context()) };
    } catch (error) {
      if (this.#isGivenBack) return this.#returned();
      this.#means.warn(error);
      return this.#failed(reasonOf(error));
    }
  }

  #returned(): Outcome {
    return { state: 'waiting', error: null, runAt: this.#means.clock(), isCounted: false };
  }

  #failed(error: string): Outcome {
    const { attempt, maxAttempts } = this.job;
    if (attempt >= maxAttempts) return { state: 'failed', error };
    const { clock, timing } = this.#means;
    return { state: 'waiting', error, runAt: clock() + backoffMs(attempt, timing.firstRetryMs), isCounted: true };
  }

  #context(): JobContext {
    const { id, attempt, data } = this.job;
    return { id, attempt, data, signal: this.#abort.signal, progress: (fraction) => this.#report(fraction) };
  }

  async #report(fraction: number): Promise<void> {
    this.#abort.signal.throwIfAborted();
    const { clock, timing, changed } = this.#means;
    const progress = Math.min(1, Math.max(0, fraction));
    if (clock() - this.#progressAt < timing.progressMs) return;
    this.#progressAt = clock();
    await this.#renew(progress);
    changed(this.job.id);
    this.#abort.signal.throwIfAborted();
  }

  /** A renewal that fails is tried again with the next; the lease outlives several. */
  async #renew(progress?: number): Promise<void> {
    const { store, clock, timing, warn } = this.#means;
    const leaseUntil = clock() + timing.leaseMs;
    const news = progress === undefined ? { leaseUntil } : { leaseUntil, progress };
    try {
      const { value: isOurs } = await store.change((change) => renewLease(change, this.job, news));
      if (isOurs) this.#leaseUntil = leaseUntil;
      else this.#lose();
    } catch (error) {
      warn(error);
    }
  }

  /** Again and again while the lease holds: what was done must not be done again because of a moment without records. */
  async #settle(outcome: Outcome): Promise<void> {
    const { clock, warn, changed } = this.#means;
    for (;;) {
      try {
        this.#observe((await this.#write(outcome)) ? outcome.state : 'lost');
        changed(this.job.id);
        return;
      } catch (error) {
        warn(error);
        if (clock() >= this.#leaseUntil) return;
      }
      await new Promise((resolve) => setTimeout(resolve, SETTLE_RETRY_MS));
    }
  }

  /** False where another worker has the job. */
  async #write(outcome: Outcome): Promise<boolean> {
    const { store, source, clock } = this.#means;
    const { id, kind, claim } = this.job;
    const { value } = await store.change(async (change) => {
      if (!(await endAttempt(change, this.job, outcome, clock()))) return false;
      if (outcome.state === 'waiting') await source.announce(change, { id, kind, claim, runAt: outcome.runAt });
      else if (isRecorded(this.job, outcome)) change.record(entryOf(this.job, outcome));
      return true;
    });
    return value;
  }

  #observe(type: AttemptEvent['type']): void {
    const { id, kind, attempt } = this.job;
    const ms = Math.round(performance.now() - this.#startedAt);
    this.#means.observe({ type, id, kind, attempt, ms });
  }
}

type Ended = Exclude<Outcome, { readonly state: 'waiting' }>;

/** What comes again by the clock and leaves nothing behind would only hide what matters. */
function isRecorded(job: ClaimedJob, outcome: Ended): boolean {
  return outcome.state === 'failed' || outcome.result !== undefined || job.requestedBy !== null;
}

/** The entry about a job that ended. */
export function entryOf(job: ClaimedJob, outcome: Ended): EntryDraft {
  const digest = outcome.state === 'done' ? outcome.result?.digest : undefined;
  return {
    class: 'application-lifecycle',
    activity: outcome.state === 'done' ? 'job.finish' : 'job.fail',
    actor: job.requestedBy ?? { kind: 'system', id: 'jobs' },
    object: { kind: 'job', id: job.id, ...(digest === undefined ? {} : { digest }) },
    outcome: outcome.state === 'done' ? 'success' : 'failure',
    ...(outcome.state === 'failed' ? { severity: 'medium' } : {}),
    data: { kind: job.kind, attempts: job.attempt },
  };
}

/** For people. The text of an error that is not ours may quote anything, so only its kind is shown. */
function reasonOf(error: unknown): string {
  if (error instanceof CodedError) return error.message.slice(0, jobLimits.maxErrorLength);
  if (!(error instanceof Error)) return 'internal error';
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  return `internal error: ${error.name}${code}`;
}
