import { ledgerMigration } from './0001-ledger.ts';
import { jobsMigration } from './0002-jobs.ts';
import { peopleMigration } from './0003-people.ts';
import { policiesMigration } from './0004-policies.ts';
import { servicesMigration } from './0005-services.ts';
import { reviewsMigration } from './0006-reviews.ts';
import { registryMigration } from './0007-registry.ts';
import type { Migration } from './migration.ts';

/** Every migration, in order. */
export const migrations: readonly Migration[] = [
  ledgerMigration,
  jobsMigration,
  peopleMigration,
  policiesMigration,
  servicesMigration,
  reviewsMigration,
  registryMigration,
];
