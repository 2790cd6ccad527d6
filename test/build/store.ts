import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe } from 'vitest';
import { openStore, type RecordsConfig, type StoreOptions } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';

const POSTGRES_URL = process.env['VOUCHSAFE_TEST_POSTGRES_URL'];

/** Records in a place of their own, opened as often as a test wants. */
export interface TestPlace {
  readonly records: RecordsConfig;
  /** A temporary folder; on SQLite the data folder. */
  readonly folder: string;
  open(options?: Partial<StoreOptions>): Promise<Store>;
  /** Removes everything; close what is open before. */
  remove(): Promise<void>;
}

export interface TestStore {
  readonly place: TestPlace;
  readonly store: Store;
  /** Closes and removes. */
  end(): Promise<void>;
}

export interface TestColumn {
  readonly column: 'sqlite' | 'postgres';
  /** False where there is nothing to test against. */
  readonly isAvailable: boolean;
  readonly makePlace: () => Promise<TestPlace>;
  readonly makeStore: (options?: Partial<StoreOptions>) => Promise<TestStore>;
}

const noJobs: StoreOptions['enqueue'] = async () => {
  throw new Error('this test has no jobs');
};

/** A store in a temporary folder. */
export function makeTestStore(options?: Partial<StoreOptions>): Promise<TestStore> {
  return makeOn(sqlitePlace, options);
}

/** Both columns, for `describe.each`; PostgreSQL is not available unless VOUCHSAFE_TEST_POSTGRES_URL names one. */
export function makeTestStores(): readonly TestColumn[] {
  return [
    { column: 'sqlite', isAvailable: true, makePlace: sqlitePlace, makeStore: makeTestStore },
    {
      column: 'postgres',
      isAvailable: POSTGRES_URL !== undefined,
      makePlace: postgresPlace,
      makeStore: (options) => makeOn(postgresPlace, options),
    },
  ];
}

/** The same tests on both columns; reported as skipped where there is no PostgreSQL. */
export function describeEachStore(title: string, tests: (column: TestColumn) => void): void {
  for (const column of makeTestStores()) {
    describe.skipIf(!column.isAvailable)(`${title} (${column.column})`, () => tests(column));
  }
}

async function makeOn(makePlace: () => Promise<TestPlace>, options?: Partial<StoreOptions>): Promise<TestStore> {
  const place = await makePlace();
  const store = await place.open(options);
  const end = async (): Promise<void> => {
    await store.close();
    await place.remove();
  };
  return { place, store, end };
}

async function sqlitePlace(): Promise<TestPlace> {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-store-'));
  const records: RecordsConfig = { column: 'sqlite', folder };
  return {
    records,
    folder,
    open: (options) => openStore({ records, enqueue: noJobs, ...options }),
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function postgresPlace(): Promise<TestPlace> {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-store-'));
  const schema = `test_${randomBytes(8).toString('hex')}`;
  const records: RecordsConfig = { column: 'postgres', url: POSTGRES_URL ?? '', schema, folder };
  return {
    records,
    folder,
    open: (options) => openStore({ records, enqueue: noJobs, ...options }),
    remove: async () => {
      rmSync(folder, { recursive: true, force: true });
      const client = new pg.Client({ connectionString: POSTGRES_URL });
      await client.connect();
      await client.query(`drop schema if exists ${schema} cascade`);
      await client.end();
    },
  };
}
