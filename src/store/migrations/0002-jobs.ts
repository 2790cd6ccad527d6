import { sql } from 'kysely';
import { columnTypes } from './column-types.ts';
import type { Migration } from './migration.ts';

export const jobsMigration: Migration = {
  name: '0002-jobs',
  up: async (db, dialect) => {
    const { integer, text } = columnTypes[dialect];
    await db.schema
      .createTable('job')
      .addColumn('id', text, (column) => column.primaryKey().notNull())
      .addColumn('kind', text, (column) => column.notNull())
      .addColumn('data', text, (column) => column.notNull())
      .addColumn('state', text, (column) => column.notNull())
      .addColumn('attempts', integer, (column) => column.notNull())
      .addColumn('max_attempts', integer, (column) => column.notNull())
      .addColumn('claim', integer, (column) => column.notNull())
      .addColumn('run_at', integer, (column) => column.notNull())
      .addColumn('lease_until', integer)
      .addColumn('unique_key', text)
      .addColumn('progress_permille', integer)
      .addColumn('created_at', integer, (column) => column.notNull())
      .addColumn('started_at', integer)
      .addColumn('ended_at', integer)
      .addColumn('error', text)
      .addColumn('requested_by_kind', text)
      .addColumn('requested_by_id', text)
      .addColumn('result_digest', text)
      .addColumn('result_bytes', integer)
      .addColumn('result_name', text)
      .execute();
    const waiting = sql<boolean>`state = 'waiting'`;
    const running = sql<boolean>`state = 'running'`;
    await db.schema.createIndex('job_due').on('job').columns(['run_at', 'id']).where(waiting).execute();
    await db.schema.createIndex('job_leased').on('job').column('lease_until').where(running).execute();
    await db.schema.createIndex('job_by_state').on('job').columns(['state', 'id']).execute();
    await db.schema.createIndex('job_by_kind').on('job').columns(['kind', 'id']).execute();
    await db.schema
      .createIndex('job_unique')
      .unique()
      .on('job')
      .columns(['kind', 'unique_key'])
      .where(sql<boolean>`unique_key is not null and state in ('waiting', 'running')`)
      .execute();
    await db.schema
      .createTable('job_schedule')
      .addColumn('name', text, (column) => column.primaryKey().notNull())
      .addColumn('due_at', integer, (column) => column.notNull())
      .execute();
  },
};
