import type { CreateTableBuilder, Kysely } from 'kysely';
import type { Migration } from './migration.ts';

type Table = CreateTableBuilder<string, string>;

/** A table whose rows end with the person they belong to. */
const ofPerson = (table: Table): Table =>
  table.addColumn('person_id', 'text', (column) => column.notNull().references('people.id'));

/** People, what proves who they are, and their sessions. */
export const peopleMigration: Migration = {
  name: '0003-people',
  up: async (db) => {
    await makeAccounts(db);
    await makeFactors(db);
    await makeSessions(db);
  },
};

async function makeAccounts({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('people')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('webauthn_id', 'text', (column) => column.notNull().unique())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('activated_at', 'bigint')
    .addColumn('last_seen_at', 'bigint')
    .addColumn('locked_until', 'bigint')
    .execute();
  await schema
    .createTable('people_data')
    .addColumn('person_id', 'text', (column) => column.primaryKey().references('people.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('name_key', 'text', (column) => column.notNull())
    .addColumn('email', 'text', (column) => column.notNull())
    .addColumn('email_key', 'text', (column) => column.notNull().unique())
    .execute();
  await ofPerson(
    schema
      .createTable('people_identities')
      .addColumn('provider', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull()),
  )
    .addColumn('linked_at', 'bigint', (column) => column.notNull())
    .addColumn('last_used_at', 'bigint')
    .addPrimaryKeyConstraint('people_identities_key', ['provider', 'subject'] as never)
    .execute();
  await schema
    .createTable('people_links')
    .addColumn('token_hash', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('person_id', 'text', (column) => column.references('people.id'))
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createTable('people_turns')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('turns', 'bigint', (column) => column.notNull())
    .execute();
}

async function makeFactors({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('people_passwords')
    .addColumn('person_id', 'text', (column) => column.primaryKey().references('people.id'))
    .addColumn('phc', 'text', (column) => column.notNull())
    .addColumn('changed_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createTable('people_totp')
    .addColumn('person_id', 'text', (column) => column.primaryKey().references('people.id'))
    .addColumn('secret', 'text')
    .addColumn('confirmed_at', 'bigint')
    .addColumn('pending', 'text')
    .addColumn('pending_until', 'bigint')
    .addColumn('last_step', 'bigint', (column) => column.notNull())
    .execute();
  await ofPerson(
    schema.createTable('people_recovery_codes').addColumn('code_hash', 'text', (column) => column.primaryKey()),
  )
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('used_at', 'bigint')
    .execute();
  await ofPerson(schema.createTable('people_passkeys').addColumn('id', 'text', (column) => column.primaryKey()))
    .addColumn('credential_id', 'text', (column) => column.notNull().unique())
    .addColumn('public_key', 'text', (column) => column.notNull())
    .addColumn('sign_count', 'bigint', (column) => column.notNull())
    .addColumn('transports', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('aaguid', 'text', (column) => column.notNull())
    .addColumn('is_synced', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('last_used_at', 'bigint')
    .addColumn('suspended_at', 'bigint')
    .execute();
  for (const table of ['people_identities', 'people_recovery_codes', 'people_passkeys', 'people_links']) {
    await schema.createIndex(`${table}_person`).on(table).column('person_id').execute();
  }
}

async function makeSessions({ schema }: Kysely<unknown>): Promise<void> {
  await ofPerson(schema.createTable('people_sessions').addColumn('id', 'text', (column) => column.primaryKey()))
    .addColumn('token_hash', 'text', (column) => column.notNull().unique())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('level', 'integer', (column) => column.notNull())
    .addColumn('factors', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('last_seen_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('verified_at', 'bigint')
    .addColumn('proved_at', 'bigint', (column) => column.notNull())
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('agent', 'text', (column) => column.notNull())
    .execute();
  await schema.createIndex('people_sessions_person').on('people_sessions').column('person_id').execute();
  await schema.createIndex('people_sessions_expiry').on('people_sessions').column('expires_at').execute();
  await schema
    .createTable('people_used_tickets')
    .addColumn('ticket_hash', 'text', (column) => column.primaryKey())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema.createIndex('people_used_tickets_expiry').on('people_used_tickets').column('expires_at').execute();
}
