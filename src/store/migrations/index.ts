import { ledgerMigration } from './0001-ledger.ts';
import { jobsMigration } from './0002-jobs.ts';
import type { Migration } from './migration.ts';

/** Every migration, in order. */
export const migrations: readonly Migration[] = [ledgerMigration, jobsMigration];
