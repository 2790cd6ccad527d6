import { CompiledQuery, type DatabaseConnection, type QueryResult } from 'kysely';
import type { Column, Session } from '../column.ts';
import { StoreError } from '../errors.ts';

const SAVEPOINT = CompiledQuery.raw('savepoint one_change');
const RELEASE = CompiledQuery.raw('release savepoint one_change');
const ROLLBACK = CompiledQuery.raw('rollback to savepoint one_change');

/**
 * The connection as one change sees it. It begins a savepoint with the first statement, runs one statement at a time,
 * and is dead once the change is over: a statement that comes late must not end up in the change of somebody else.
 */
export class ChangeConnection implements DatabaseConnection {
  readonly #column: Column;
  readonly #session: Session;
  #hasSavepoint = false;
  #isOver = false;
  #failure: StoreError | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(column: Column, session: Session) {
    this.#column = column;
    this.#session = session;
  }

  /** The first statement that failed. Neither database goes on after it in the same way, so the change fails with it. */
  get failure(): StoreError | undefined {
    return this.#failure;
  }

  /** True from when the change has returned, thrown, or taken too long. */
  get isOver(): boolean {
    return this.#isOver;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#isOver) return Promise.reject(StoreError.of('change-over', 'a statement came after its end'));
    const result = this.#last.then(() => this.#run<R>(query));
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** A change that reads row by row would let others wait: it gets all rows at once. */
  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query);
  }

  /** Takes no further statement and waits for those under way. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#last;
  }

  async keep(): Promise<void> {
    if (this.#hasSavepoint) await this.#session.connection.executeQuery(RELEASE);
  }

  async undo(): Promise<void> {
    if (!this.#hasSavepoint) return;
    await this.#session.connection.executeQuery(ROLLBACK);
    await this.#session.connection.executeQuery(RELEASE);
  }

  async #run<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      if (!this.#hasSavepoint) {
        this.#hasSavepoint = true;
        await this.#session.connection.executeQuery(SAVEPOINT);
      }
      return await this.#session.connection.executeQuery<R>(query);
    } catch (error) {
      this.#failure = this.#column.translate(error);
      throw this.#failure;
    }
  }
}
