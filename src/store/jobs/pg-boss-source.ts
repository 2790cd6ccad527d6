import { createHash } from 'node:crypto';
import { PgBoss, fromKysely } from 'pg-boss';
import type { PostgresPlace } from '../postgres/place.ts';
import type { Change, Store } from '../store.ts';
import type { ClaimedJob } from './claimed-job.ts';
import { claimJob, dueJobs, type DueJob } from './job-records.ts';
import type { JobSource } from './job-source.ts';

export interface PgBossOptions {
  readonly postgres: PostgresPlace;
  readonly kinds: readonly string[];
  readonly warn: (error: unknown) => void;
}

export interface PgBossSourceOptions {
  readonly store: Store;
  readonly leaseMs: number;
  readonly clock: () => number;
}

interface Ticket {
  readonly job: string;
}

/** A worker that took a ticket and died before it had the job: the ticket is handed out again after this. */
const TICKET_SECONDS = 10;
const WATCH_SECONDS = 10;
/** A ticket waits as long as its job does; jobs may be for next year. */
const KEEP_SECONDS = 2 * 365 * 86_400;
const KEEP_ENDED_SECONDS = 3600;
/** What should have begun so long ago may have lost its ticket, as when the records were restored. */
const OVERDUE_MS = 60_000;
const MAX_OVERDUE = 100;
const CONNECTIONS = 4;
const MAX_SCHEMA_LENGTH = 50;
const STOP_MS = 5000;

/**
 * The pg-boss column: a queue of pg-boss for each kind holds tickets, one for each time that a job begins to wait, and hands each to one
 * worker of all machines. State, attempts, leases and results stay in the table `job`: so both columns have one meaning of them, a job is
 * completed together with its entry in the ledger, and the console sees one list. A ticket is given up in the change in which its job is
 * claimed. So no job depends on a ticket that is lost or handed out twice.
 */
export class PgBossTickets {
  readonly #boss: PgBoss;
  readonly kinds: readonly string[];
  #closed: Promise<void> | undefined;

  private constructor(boss: PgBoss, kinds: readonly string[]) {
    this.#boss = boss;
    this.kinds = kinds;
  }

  /** Makes the tables of pg-boss where there are none. Throws what connecting throws. */
  static async open({ postgres, kinds, warn }: PgBossOptions): Promise<PgBossTickets> {
    const { url, schema, tls } = postgres;
    const boss = new PgBoss({
      connectionString: url,
      schema: schemaBeside(schema),
      ...(tls === undefined ? {} : { ssl: tls }),
      max: CONNECTIONS,
      application_name: 'vouchsafe jobs',
      schedule: false,
      superviseIntervalSeconds: WATCH_SECONDS,
      monitorIntervalSeconds: WATCH_SECONDS,
    });
    boss.on('error', warn);
    await boss.start();
    for (const kind of kinds) {
      await boss.createQueue(kind, { retryLimit: 1000, expireInSeconds: TICKET_SECONDS });
    }
    return new PgBossTickets(boss, kinds);
  }

  /** In the transaction of the change. The same wait of the same job has one ticket, however often it is sent. */
  async send(change: Change, job: DueJob): Promise<void> {
    const ticket: Ticket = { job: job.id };
    await this.#boss.send(job.kind, ticket, {
      id: ticketId(job),
      db: fromKysely(change.sql),
      startAfter: new Date(job.runAt),
      retentionSeconds: KEEP_SECONDS,
      deleteAfterSeconds: KEEP_ENDED_SECONDS,
    });
  }

  async take(kind: string, limit: number): Promise<readonly { readonly id: string; readonly job: string }[]> {
    const taken = await this.#boss.fetch<Ticket>(kind, { batchSize: limit });
    return taken.map(({ id, data }) => ({ id, job: data.job }));
  }

  async giveUp(change: Change, kind: string, id: string): Promise<void> {
    await this.#boss.complete(kind, id, null, { db: fromKysely(change.sql) });
  }

  close(): Promise<void> {
    this.#closed ??= this.#boss.stop({ graceful: false, timeout: STOP_MS });
    return this.#closed;
  }
}

/** Hands out the jobs of tickets. */
export class PgBossSource implements JobSource {
  readonly #tickets: PgBossTickets;
  readonly #options: PgBossSourceOptions;
  #turn = 0;

  constructor(tickets: PgBossTickets, options: PgBossSourceOptions) {
    this.#tickets = tickets;
    this.#options = options;
  }

  announce(change: Change, job: DueJob): Promise<void> {
    return this.#tickets.send(change, job);
  }

  /** Begins with another kind each time, so that many jobs of one do not keep out the others. */
  async claim(kinds: readonly string[], limit: number): Promise<readonly ClaimedJob[]> {
    this.#turn += 1;
    const first = this.#turn % Math.max(1, kinds.length);
    const claimed: ClaimedJob[] = [];
    for (const kind of [...kinds.slice(first), ...kinds.slice(0, first)]) {
      if (claimed.length >= limit) break;
      const tickets = await this.#tickets.take(kind, limit - claimed.length);
      const jobs = await Promise.all(tickets.map((ticket) => this.#claimOne(kind, ticket)));
      claimed.push(...jobs.filter((job) => job !== undefined));
    }
    return claimed;
  }

  /** Sends the tickets of jobs again that should have begun long ago. */
  async repair(): Promise<void> {
    const { store, clock } = this.#options;
    const overdue = await dueJobs(store.read, this.#tickets.kinds, clock() - OVERDUE_MS, MAX_OVERDUE);
    if (overdue.length === 0) return;
    await store.change(async (change) => {
      for (const job of overdue) await this.#tickets.send(change, job);
    });
  }

  close(): Promise<void> {
    return this.#tickets.close();
  }

  /** A ticket whose job does not wait any more is void. */
  async #claimOne(
    kind: string,
    ticket: { readonly id: string; readonly job: string },
  ): Promise<ClaimedJob | undefined> {
    const { store, clock, leaseMs } = this.#options;
    const { value } = await store.change(async (change) => {
      const job = await claimJob(change, ticket.job, { nowMs: clock(), leaseMs });
      await this.#tickets.giveUp(change, kind, ticket.id);
      return job;
    });
    return value;
  }
}

/** Of pg-boss alone, since its tables have the names of ours; it allows 50 characters. */
function schemaBeside(schema: string): string {
  const name = `${schema}_jobs`;
  if (name.length <= MAX_SCHEMA_LENGTH) return name;
  return `jobs_${createHash('sha256').update(schema).digest('hex').slice(0, 32)}`;
}

/** A UUID (RFC 9562, version 8) made of what the ticket is for. */
function ticketId({ id, claim, runAt }: DueJob): string {
  const hex = createHash('sha256').update(`${id} ${claim} ${runAt}`).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
