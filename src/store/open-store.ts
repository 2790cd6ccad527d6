import type { Column } from './column.ts';
import { LedgerAppender } from './ledger/append.ts';
import { migrations } from './migrations/index.ts';
import { migrate } from './migrations/migrate.ts';
import { openPostgres, type PostgresConfig } from './postgres/open-postgres.ts';
import { openSqlite, type SqliteConfig } from './sqlite/open-sqlite.ts';
import type { Store } from './store.ts';
import type { Enqueue } from './write/change-scope.ts';
import { Writer } from './write/writer.ts';

export type RecordsConfig = SqliteConfig | PostgresConfig;

export interface StoreOptions {
  readonly records: RecordsConfig;
  /** Adds a job as a part of a change. */
  readonly enqueue: Enqueue;
  /** ms since 1970. */
  readonly clock?: () => number;
  /** Told of what must not happen and stops nothing: a listener of a commit that throws. */
  readonly warn?: (error: unknown) => void;
}

/**
 * Opens the records of the server and its ledger, and brings them into this version's shape.
 * @throws StoreError when they are in use, out of reach, or of another version.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { records, enqueue, clock = Date.now, warn = warnOnce } = options;
  const column = await (records.column === 'sqlite' ? openSqlite(records) : openPostgres(records));
  try {
    await migrate(column, migrations, clock);
    return storeOn(column, { enqueue, clock, warn });
  } catch (error) {
    await column.close();
    throw error;
  }
}

type Means = Required<Pick<StoreOptions, 'enqueue' | 'clock' | 'warn'>>;

function storeOn(column: Column, { enqueue, clock, warn }: Means): Store {
  const appender = new LedgerAppender(column, clock, () => undefined);
  const writer = new Writer({ column, appender, enqueue, clock, warn });
  return {
    dialect: column.name,
    read: column.read,
    change: (work) => writer.change(work),
    close: async () => {
      await writer.close();
      await column.close();
    },
  };
}

function warnOnce(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
