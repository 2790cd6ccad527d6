import { DefaultQueryExecutor, DummyDriver, Transaction } from 'kysely';
import type { EntryDraft } from '../../ledger/entry.ts';
import type { Column, Session } from '../column.ts';
import { StoreError } from '../errors.ts';
import type { JobRequest } from '../jobs/job.ts';
import { storeLimits } from '../limits.ts';
import type { Change } from '../store.ts';
import type { Database } from '../tables/index.ts';
import { ChangeConnection } from './change-connection.ts';

/** Writes a job into the records, as a part of a change, and answers with its id. */
export type Enqueue = (change: Change, request: JobRequest, nowMs: number) => Promise<string>;

export interface ChangeMeans {
  readonly column: Column;
  readonly session: Session;
  readonly enqueue: Enqueue;
  readonly clock: () => number;
}

const driver = new DummyDriver();

/** What one change is given, and what it left behind. */
export class ChangeScope implements Change {
  readonly connection: ChangeConnection;
  readonly drafts: EntryDraft[] = [];
  readonly afterwards: (() => void)[] = [];
  readonly #means: ChangeMeans;
  #sql: Transaction<Database> | undefined;

  constructor(means: ChangeMeans) {
    this.#means = means;
    this.connection = new ChangeConnection(means.column, means.session);
  }

  /** Made when it is asked for: a change that only records needs none. */
  get sql(): Transaction<Database> {
    this.#sql ??= this.#makeTransaction();
    return this.#sql;
  }

  /** Those who take a change apart call its parts alone, so each is bound. */
  readonly record = (draft: EntryDraft): void => {
    this.#mustGoOn('an entry');
    if (this.drafts.length >= storeLimits.maxEntriesPerChange) {
      throw StoreError.of('statement-failed', `one change records at most ${storeLimits.maxEntriesPerChange} entries`);
    }
    this.drafts.push(draft);
  };

  readonly enqueue = (request: JobRequest): Promise<string> => {
    return this.#means.enqueue(this, request, this.#means.clock());
  };

  readonly afterCommit = (run: () => void): void => {
    this.#mustGoOn('something to do after it');
    this.afterwards.push(run);
  };

  /** What comes late would be lost without a word: an act without its entry. */
  #mustGoOn(what: string): void {
    if (this.connection.isOver) throw StoreError.of('change-over', `${what} came after its end`);
  }

  #makeTransaction(): Transaction<Database> {
    const { dialect } = this.#means.column;
    const { connection } = this;
    const executor = new DefaultQueryExecutor(dialect.createQueryCompiler(), dialect.createAdapter(), {
      provideConnection: (consumer) => consumer(connection),
    });
    return new Transaction<Database>({ config: { dialect }, driver, dialect, executor });
  }
}
