import { DatabaseSync } from 'node:sqlite';
import {
  type Dialect,
  Kysely,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Column, Session } from '../column.ts';
import { StoreError } from '../errors.ts';
import type { Database } from '../tables/index.ts';
import { FolderLock } from './folder-lock.ts';
import { pathIn, prepareFolder, touchOwnerOnly } from './folder.ts';
import { ReaderDriver } from './reader-driver.ts';
import { SqliteStatements } from './statements.ts';

/** The lock keeps other servers out; only a backup or a shell may hold the file for a moment. */
const BUSY_TIMEOUT_MS = 10_000;

/** Pages that may gather in the write-ahead log before they are written into the database: 16 MiB. */
const CHECKPOINT_PAGES = 4_000;

/** An entry of the ledger is in ten indexes: with the 2 MB that SQLite takes by itself, a batch costs a fifth more. */
const CACHE_KIB = 32_768;

const FULL_SYNC = [
  'pragma journal_mode = wal',
  'pragma synchronous = full',
  `pragma wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
  // What is erased is overwritten, not only forgotten.
  'pragma secure_delete = on',
  `pragma cache_size = -${CACHE_KIB}`,
];

/** For every connection. `trusted_schema`: nothing in the file may call functions with side effects. */
const EACH = ['pragma foreign_keys = on', 'pragma trusted_schema = off', 'pragma cell_size_check = on'];

export interface SqliteConfig {
  readonly column: 'sqlite';
  /** The data folder; this process has it for itself. */
  readonly folder: string;
}

/** Opens the records in a data folder. @throws StoreError `folder-locked`, `folder-open`, `folder-unusable`. */
export async function openSqlite({ folder }: SqliteConfig): Promise<Column> {
  prepareFolder(folder);
  const lock = FolderLock.take(folder);
  try {
    return await openColumn(pathIn(folder, 'records'), lock);
  } catch (error) {
    lock.release();
    if (error instanceof StoreError) throw error;
    if (isDamage(error))
      throw StoreError.of('records-damaged', `${pathIn(folder, 'records')}: ${textOf(error)}`, error);
    throw StoreError.of('folder-unusable', `${folder}: ${textOf(error)}`, error);
  }
}

async function openColumn(file: string, lock: FolderLock): Promise<Column> {
  touchOwnerOnly(file);
  const database = openDatabase(file, false);
  const statements = new SqliteStatements(database);
  const dialect = new SqliteDialect({ database: statements });
  const driver = new SqliteDriver({ database: statements });
  await driver.init();
  const connection = await driver.acquireConnection();
  const read = openForReading(file);
  const session: Session = {
    connection,
    isInTransaction: () => database.isTransaction,
    rollback: async () => {
      if (database.isTransaction) database.exec('rollback');
    },
    release: async () => undefined,
  };
  return {
    name: 'sqlite',
    dialect,
    read,
    begin: 'begin immediate',
    session: async () => session,
    translate,
    isRetryable: () => false,
    isConnectionLost: () => false,
    transactionId: async () => null,
    outcomeOf: async () => 'unknown',
    alone: (run) => run(),
    close: async () => {
      await read.destroy();
      await driver.destroy();
      lock.release();
    },
  };
}

function openDatabase(file: string, readOnly: boolean): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly, timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
  for (const pragma of readOnly ? EACH : [...FULL_SYNC, ...EACH]) database.exec(pragma);
  database.enableDefensive(true);
  return database;
}

/** Reads the records in a file, whoever has the folder. */
export function openForReading(file: string): Kysely<Database> {
  const dialect: Dialect = {
    createDriver: () => new ReaderDriver(() => new SqliteStatements(openDatabase(file, true))),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new ManyReadersAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
  return new Kysely<Database>({ dialect });
}

/** Kysely gives SQLite one connection, one user at a time; readers have as many as they need. */
class ManyReadersAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** Extended result codes: https://sqlite.org/rescode.html */
const TAKEN: ReadonlySet<number> = new Set([1555, 2067, 2579]);
const REFERENCE = 787;
/** SQLITE_CORRUPT and SQLITE_NOTADB; their extended codes have more bits. */
const DAMAGED: ReadonlySet<number> = new Set([11, 26]);
const PRIMARY_CODE = 0xff;

function isDamage(error: unknown): boolean {
  return DAMAGED.has(codeOf(error) & PRIMARY_CODE);
}

function codeOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
}

/** The message of a constraint names columns, never values. */
function translate(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const code = codeOf(error);
  if (TAKEN.has(code)) return StoreError.of('record-exists', textOf(error), error);
  if (code === REFERENCE) return StoreError.of('record-referenced', textOf(error), error);
  if (isDamage(error)) return StoreError.of('records-damaged', textOf(error), error);
  return StoreError.of('statement-failed', textOf(error), error);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
