import { CompiledQuery, type DatabaseConnection, type Driver, SqliteDriver } from 'kysely';
import { storeLimits } from '../limits.ts';
import type { SqliteStatements } from './statements.ts';

/** One connection that reads, and what closes it. */
interface Reader {
  readonly driver: SqliteDriver;
  readonly connection: DatabaseConnection;
}

/**
 * Gives each reader a connection of its own while it reads, so that neither a transaction nor a stream holds the view
 * of all others back in time. Most never need a second one: a query runs from its beginning to its end at once.
 */
export class ReaderDriver implements Driver {
  readonly #open: () => SqliteStatements;
  readonly #readers = new Map<DatabaseConnection, Reader>();
  readonly #free: DatabaseConnection[] = [];
  readonly #waiting: ((connection: DatabaseConnection) => void)[] = [];

  constructor(open: () => SqliteStatements) {
    this.#open = open;
  }

  async init(): Promise<void> {
    this.#free.push(await this.#add());
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#readers.size < storeLimits.maxReaders) return this.#add();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(connection);
    else next(connection);
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  async destroy(): Promise<void> {
    for (const { driver } of this.#readers.values()) await driver.destroy();
    this.#readers.clear();
  }

  async #add(): Promise<DatabaseConnection> {
    const driver = new SqliteDriver({ database: this.#open() });
    await driver.init();
    const connection = await driver.acquireConnection();
    this.#readers.set(connection, { driver, connection });
    return connection;
  }
}
