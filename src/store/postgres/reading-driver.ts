import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import { StoreError } from '../errors.ts';
import { isUnreachable } from './errors.ts';

/** Reads, and says in the store's words that the database cannot be reached: whoever asked may ask again. */
export class ReadingDriver implements Driver {
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  init(): Promise<void> {
    return this.#driver.init();
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return new ReadingConnection(await reached(() => this.#driver.acquireConnection()));
  }

  beginTransaction(...[connection, settings]: Parameters<Driver['beginTransaction']>): Promise<void> {
    return reached(() => this.#driver.beginTransaction(inner(connection), settings));
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return reached(() => this.#driver.commitTransaction(inner(connection)));
  }

  rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    return reached(() => this.#driver.rollbackTransaction(inner(connection)));
  }

  releaseConnection(connection: DatabaseConnection): Promise<void> {
    return this.#driver.releaseConnection(inner(connection));
  }

  destroy(): Promise<void> {
    return this.#driver.destroy();
  }
}

class ReadingConnection implements DatabaseConnection {
  readonly inner: DatabaseConnection;

  constructor(connection: DatabaseConnection) {
    this.inner = connection;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return reached(() => this.inner.executeQuery<R>(query));
  }

  streamQuery<R>(...asked: Parameters<DatabaseConnection['streamQuery']>): AsyncIterableIterator<QueryResult<R>> {
    return this.inner.streamQuery<R>(...asked);
  }
}

function inner(connection: DatabaseConnection): DatabaseConnection {
  if (!(connection instanceof ReadingConnection)) throw new TypeError('a connection of another driver');
  return connection.inner;
}

async function reached<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    throw StoreError.of('records-unreachable', 'the database does not answer', error);
  }
}
