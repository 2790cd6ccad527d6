import type { Kysely } from 'kysely';
import type { DialectName } from '../column.ts';
import { columnTypes } from './column-types.ts';
import type { Migration } from './migration.ts';

/** Services, their keys, and tokens made from keys. */
export const servicesMigration: Migration = {
  name: '0005-services',
  up: async (db, dialect) => {
    await makeServices(db, dialect);
    await makeKeys(db, dialect);
    await makeTokens(db, dialect);
  },
};

async function makeServices(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { integer, text } = columnTypes[dialect];
  await db.schema
    .createTable('services')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('name_key', text, (column) => column.notNull())
    .addColumn('description', text, (column) => column.notNull())
    .addColumn('owner_id', text, (column) => column.notNull().references('people.id'))
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('services_by_owner').on('services').column('owner_id').execute();
}

async function makeKeys(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { integer, text, bytes } = columnTypes[dialect];
  await db.schema
    .createTable('service_keys')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('service_id', text, (column) => column.notNull().references('services.id'))
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('prefix', text, (column) => column.notNull().unique())
    .addColumn('secret_hash', bytes, (column) => column.notNull())
    .addColumn('scopes', text, (column) => column.notNull())
    .addColumn('networks', text, (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('created_by', text, (column) => column.notNull())
    .addColumn('expires_at', integer, (column) => column.notNull())
    .addColumn('retires_at', integer)
    .addColumn('replaced_by', text)
    .addColumn('revoked_at', integer)
    .addColumn('last_used_at', integer)
    .addColumn('last_used_from', text)
    .execute();
  await db.schema.createIndex('service_keys_by_service').on('service_keys').columns(['service_id', 'id']).execute();
}

async function makeTokens(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { integer, text, bytes } = columnTypes[dialect];
  await db.schema
    .createTable('service_tokens')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('key_id', text, (column) => column.notNull().references('service_keys.id'))
    .addColumn('prefix', text, (column) => column.notNull().unique())
    .addColumn('secret_hash', bytes, (column) => column.notNull())
    .addColumn('scopes', text, (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('expires_at', integer, (column) => column.notNull())
    .addColumn('revoked_at', integer)
    .execute();
  const byKey = db.schema.createIndex('service_tokens_by_key').on('service_tokens');
  await byKey.columns(['key_id', 'expires_at']).execute();
}
