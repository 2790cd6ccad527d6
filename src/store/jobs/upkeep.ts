import type { Change } from '../store.ts';
import { entryOf, type AttemptMeans } from './attempt.ts';
import type { Json } from './job.ts';
import { addJob, forgetEnded, hasLost, takeLost } from './job-records.ts';
import { jobLimits } from './limits.ts';

/** Work that comes again. */
export interface JobSchedule {
  readonly name: string;
  readonly kind: string;
  readonly everySeconds: number;
  readonly data?: Readonly<Record<string, Json>>;
}

/** Adds scheduled jobs, takes jobs from the dead, removes old records. Any number of processes may do so at once. */
export class JobUpkeep {
  readonly #means: AttemptMeans;
  readonly #schedules: readonly JobSchedule[];
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> | undefined;

  constructor(means: AttemptMeans, schedules: readonly JobSchedule[]) {
    this.#means = means;
    this.#schedules = schedules;
  }

  start(): void {
    this.#timer = setInterval(() => this.#run(), this.#means.timing.upkeepMs);
    this.#run();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#underWay;
  }

  #run(): void {
    this.#underWay ??= this.#once()
      .catch(this.#means.warn)
      .finally(() => {
        this.#underWay = undefined;
      });
  }

  async #once(): Promise<void> {
    const { store, source, clock } = this.#means;
    if (await hasLost(store.read, clock())) await this.#takeLost();
    for (const schedule of this.#schedules) await this.#addDue(schedule);
    await source.repair();
    await forgetEnded(store, clock() - jobLimits.keepEndedMs);
  }

  async #takeLost(): Promise<void> {
    const { store, source, clock, changed } = this.#means;
    const { value: ids } = await store.change(async (change) => {
      const { waiting, failed } = await takeLost(change, clock());
      for (const job of waiting) await source.announce(change, job);
      for (const job of failed) change.record(entryOf(job, { state: 'failed', error: '' }));
      return [...waiting, ...failed].map(({ id }) => id);
    });
    ids.forEach(changed);
  }

  async #addDue(schedule: JobSchedule): Promise<void> {
    const { store, clock } = this.#means;
    const row = await store.read
      .selectFrom('job_schedule')
      .select('due_at')
      .where('name', '=', schedule.name)
      .executeTakeFirst();
    if (row !== undefined && row.due_at > clock()) return;
    await store.change(async (change) => {
      if (await this.#takeTurn(change, schedule)) await this.#add(change, schedule);
    });
  }

  /** True for exactly one of all processes, each time that it is due. */
  async #takeTurn(change: Change, { name, everySeconds }: JobSchedule): Promise<boolean> {
    const now = this.#means.clock();
    const next = now + everySeconds * 1000;
    const turn = change.sql
      .insertInto('job_schedule')
      .values({ name, due_at: next })
      .onConflict((conflict) =>
        conflict.column('name').doUpdateSet({ due_at: next }).where('job_schedule.due_at', '<=', now),
      )
      .returning('name');
    return (await turn.executeTakeFirst()) !== undefined;
  }

  /** Not while the last one still waits or runs. */
  async #add(change: Change, { name, kind, data = {} }: JobSchedule): Promise<void> {
    const request = { kind, data, uniqueKey: `schedule:${name}` };
    const job = await addJob(change, request, this.#means.clock());
    if (job.isNew) await this.#means.source.announce(change, job);
  }
}
