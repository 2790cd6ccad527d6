import {
  type CompiledQuery,
  type DatabaseConnection,
  DefaultQueryExecutor,
  type Dialect,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  Transaction,
} from 'kysely';
import type { Change, Committed, Store } from '../../store.ts';
import type { Database } from '../../tables/index.ts';
import type { ChangeAt, FromThread, Question, Statement } from './messages.ts';
import { plainOf } from './plain-error.ts';

/** How a thread speaks with its process. */
export interface Line {
  ask(question: Question): Promise<unknown>;
  tell(message: FromThread): void;
}

interface RunningChange {
  readonly work: (change: Change) => Promise<void>;
  afterwards: (() => void)[];
}

/** What a thread has of the store. The ledger is signed in the process alone: no thread has its keys. */
export type ThreadStore = Pick<Store, 'dialect' | 'read' | 'change'>;

/** The records of the process, in a thread of it: the same, with each statement sent there. */
export class RemoteStore implements ThreadStore {
  readonly dialect: Store['dialect'];
  readonly read: Kysely<Database>;
  readonly #line: Line;
  readonly #dialect: Dialect;
  readonly #changes = new Map<number, RunningChange>();
  #last = 0;

  constructor(dialect: Store['dialect'], line: Line) {
    this.dialect = dialect;
    this.#line = line;
    this.#dialect = dialects[dialect];
    const connection = connectionTo((statement) => line.ask({ what: 'read', statement }));
    this.read = new Kysely<Database>(this.#propsOn(connection));
  }

  async change<T>(run: (change: Change) => Promise<T>): Promise<Committed<T>> {
    this.#last += 1;
    const number = this.#last;
    let value: { readonly of: T } | undefined;
    const running: RunningChange = {
      work: async (change) => {
        value = { of: await run(change) };
      },
      afterwards: [],
    };
    this.#changes.set(number, running);
    try {
      const entries = await this.#line.ask({ what: 'change', change: number });
      for (const listener of running.afterwards) listener();
      if (value === undefined) throw new Error('the change was committed without having run');
      return { value: value.of, entries: entries as Committed<T>['entries'] };
    } finally {
      this.#changes.delete(number);
    }
  }

  /** The process has begun a change for us, or begins it again. */
  async begin(at: ChangeAt): Promise<void> {
    const running = this.#changes.get(at.change);
    if (running === undefined) return;
    running.afterwards = [];
    try {
      await running.work(this.#changeOf(at, running));
      this.#line.tell({ type: 'end', at, error: null });
    } catch (error) {
      this.#line.tell({ type: 'end', at, error: plainOf(error) });
    }
  }

  #changeOf(at: ChangeAt, running: RunningChange): Change {
    const connection = connectionTo((statement) => this.#line.ask({ what: 'query', at, statement }));
    return {
      sql: new Transaction<Database>(this.#propsOn(connection)),
      record: (draft) => this.#line.tell({ type: 'record', at, draft }),
      enqueue: async (request) => String(await this.#line.ask({ what: 'enqueue', at, request })),
      afterCommit: (listener) => void running.afterwards.push(listener),
    };
  }

  #propsOn(connection: DatabaseConnection): ConstructorParameters<typeof Transaction<Database>>[0] {
    const dialect = this.#dialect;
    const executor = new DefaultQueryExecutor(dialect.createQueryCompiler(), dialect.createAdapter(), {
      provideConnection: (consumer) => consumer(connection),
    });
    return { config: { dialect }, driver: new DummyDriver(), dialect, executor };
  }
}

function connectionTo(ask: (statement: Statement) => Promise<unknown>): DatabaseConnection {
  const executeQuery = async <R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> =>
    (await ask({ sql, parameters })) as QueryResult<R>;
  return {
    executeQuery,
    async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
      yield await executeQuery<R>(query);
    },
  };
}

const dialects: Readonly<Record<Store['dialect'], Dialect>> = {
  sqlite: {
    createDriver: () => new DummyDriver(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  },
  postgres: {
    createDriver: () => new DummyDriver(),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  },
};
