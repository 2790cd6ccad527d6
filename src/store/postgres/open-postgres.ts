import { createHash } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { CompiledQuery, type DatabaseConnection, type Driver, Kysely, PostgresDialect } from 'kysely';
import type { Column, CommitOutcome, Session } from '../column.ts';
import { StoreError } from '../errors.ts';
import { storeLimits } from '../limits.ts';
import type { Database } from '../tables/index.ts';
import { isConnectionLost, isRetryable, translate } from './errors.ts';
import { makePool } from './pool.ts';
import { ReadingDriver } from './reading-driver.ts';

export interface PostgresConfig {
  readonly column: 'postgres';
  /** `postgres://user@host:port/database`; a password belongs into PGPASSWORD or a password file rather than here. */
  readonly url: string;
  /** Made where it is missing; `vouchsafe` where absent. */
  readonly schema?: string;
  readonly tls?: ConnectionOptions;
  /** Connections that read at the same time; 10 where absent. */
  readonly maxReaders?: number;
  /** Kept for what this process must not forget: the checkpoint it signed last. */
  readonly folder?: string;
}

const READERS = 10;
/** One batch at a time, and one that asks what became of it. */
const WRITERS = 2;
const LOCK_RETRY_MS = 50;
const OUTCOME_RETRY_MS = 100;

/** Opens the records in a PostgreSQL schema. @throws StoreError `database-unreachable`. */
export async function openPostgres(config: PostgresConfig): Promise<Column> {
  const schema = config.schema ?? 'vouchsafe';
  const writers = makePool(config, { max: WRITERS, readOnly: false });
  const readers = makePool(config, { max: config.maxReaders ?? READERS, readOnly: true });
  const dialect = new PostgresDialect({
    pool: writers,
    onCreateConnection: (connection) => useSchema(connection, schema),
  });
  const reading = new PostgresDialect({
    pool: readers,
    onCreateConnection: (connection) => useSchema(connection, schema),
  });
  const driver = dialect.createDriver();
  const read = new Kysely<Database>({
    dialect: {
      createAdapter: () => reading.createAdapter(),
      createDriver: () => new ReadingDriver(reading.createDriver()),
      createIntrospector: (db) => reading.createIntrospector(db),
      createQueryCompiler: () => reading.createQueryCompiler(),
    },
  });
  await driver.init();
  const close = async (): Promise<void> => {
    await read.destroy();
    if (!readers.ended) await readers.end();
    await driver.destroy();
  };
  try {
    await makeSchema(driver, schema);
  } catch (error) {
    await close();
    throw StoreError.of('database-unreachable', textOf(error), error);
  }
  return {
    name: 'postgres',
    dialect,
    read,
    begin: 'begin',
    session: () => sessionOf(driver),
    translate,
    isRetryable,
    isConnectionLost,
    transactionId: ({ connection }) => currentTransaction(connection),
    outcomeOf: (transactionId) => outcomeOf(driver, transactionId),
    alone: (run) => alone(driver, schema, run),
    close,
  };
}

async function useSchema(connection: DatabaseConnection, schema: string): Promise<void> {
  await connection.executeQuery(CompiledQuery.raw(`select set_config('search_path', $1, false)`, [quoted(schema)]));
}

/** An identifier as a list of schemas wants it. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Two processes may make the schema at the same time: PostgreSQL lets one of them fail, although it asks politely. */
async function makeSchema(driver: Driver, schema: string): Promise<void> {
  const connection = await driver.acquireConnection();
  try {
    await aloneOn(connection, schema, async () => {
      await connection.executeQuery(CompiledQuery.raw(`create schema if not exists ${quoted(schema)}`));
    });
  } finally {
    await driver.releaseConnection(connection);
  }
}

async function sessionOf(driver: Driver): Promise<Session> {
  const connection = await driver.acquireConnection();
  return {
    connection,
    isInTransaction: () => true,
    rollback: async () => {
      try {
        await driver.rollbackTransaction(connection);
      } catch {
        // The driver has marked the connection as lost: the server undoes what it did not commit.
      }
    },
    release: () => driver.releaseConnection(connection),
  };
}

async function currentTransaction(connection: DatabaseConnection): Promise<string> {
  const query = CompiledQuery.raw('select pg_current_xact_id()::text as id');
  const { rows } = await connection.executeQuery<{ readonly id: string }>(query);
  return rows[0]?.id ?? '';
}

/** The server itself remembers what became of each transaction. It may still be at work on the one that was not answered. */
async function outcomeOf(driver: Driver, transactionId: string): Promise<CommitOutcome> {
  const deadline = performance.now() + storeLimits.maxOutcomeWaitMs;
  while (performance.now() < deadline) {
    const status = await statusOf(driver, transactionId).catch(() => 'unreachable');
    if (status === 'committed') return 'committed';
    if (status === 'aborted') return 'rolled-back';
    await sleep(OUTCOME_RETRY_MS);
  }
  return 'unknown';
}

async function statusOf(driver: Driver, transactionId: string): Promise<string> {
  const connection = await driver.acquireConnection();
  try {
    const query = CompiledQuery.raw('select pg_xact_status($1::xid8) as status', [transactionId]);
    const { rows } = await connection.executeQuery<{ readonly status: string | null }>(query);
    return rows[0]?.status ?? 'forgotten';
  } finally {
    await driver.releaseConnection(connection);
  }
}

async function alone<T>(driver: Driver, schema: string, run: () => Promise<T>): Promise<T> {
  const connection = await driver.acquireConnection();
  try {
    return await aloneOn(connection, schema, run);
  } finally {
    await driver.releaseConnection(connection);
  }
}

/** An advisory lock of the session: it ends with the connection, however that ends. */
async function aloneOn<T>(connection: DatabaseConnection, schema: string, run: () => Promise<T>): Promise<T> {
  const key = createHash('sha256').update(`vouchsafe ${schema}`).digest().readBigInt64BE().toString();
  const deadline = performance.now() + storeLimits.maxMigrationWaitMs;
  const ask = CompiledQuery.raw('select pg_try_advisory_lock($1::bigint) as taken', [key]);
  while ((await connection.executeQuery<{ readonly taken: boolean }>(ask)).rows[0]?.taken !== true) {
    if (performance.now() > deadline) throw StoreError.of('database-locked', `the schema ${schema}`);
    await sleep(LOCK_RETRY_MS);
  }
  try {
    return await run();
  } finally {
    await connection.executeQuery(CompiledQuery.raw('select pg_advisory_unlock($1::bigint)', [key]));
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
