import type { Kysely } from 'kysely';
import type { DialectName } from '../column.ts';
import { columnTypes } from './column-types.ts';
import type { Migration } from './migration.ts';

/** Projects and models as places of grants, grants, versions of the policies. */
export const policiesMigration: Migration = {
  name: '0004-policies',
  up: async (db, dialect) => {
    await makeResources(db, dialect);
    await makeGrants(db, dialect);
    await makeVersions(db, dialect);
    await makeState(db, dialect);
  },
};

async function makeResources({ schema }: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { integer, text } = columnTypes[dialect];
  await schema
    .createTable('resources')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('parent_id', text, (column) => column.references('resources.id'))
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('name_key', text, (column) => column.unique())
    .addColumn('description', text, (column) => column.notNull())
    .addColumn('classification', text, (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('changed_epoch', integer, (column) => column.notNull())
    .execute();
  await schema.createIndex('resources_kind').on('resources').columns(['kind', 'id']).execute();
  await schema.createIndex('resources_parent').on('resources').columns(['parent_id', 'id']).execute();
  await schema.createIndex('resources_epoch').on('resources').column('changed_epoch').execute();
}

async function makeGrants({ schema }: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { integer, text } = columnTypes[dialect];
  await schema
    .createTable('grants')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('principal_kind', text, (column) => column.notNull())
    .addColumn('principal_id', text, (column) => column.notNull())
    .addColumn('role', text, (column) => column.notNull())
    .addColumn('scope_kind', text, (column) => column.notNull())
    .addColumn('scope_id', text, (column) => column.notNull())
    .addColumn('conditions', text, (column) => column.notNull())
    .addColumn('reason', text, (column) => column.notNull())
    .addColumn('given_by_kind', text)
    .addColumn('given_by_id', text)
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('expires_at', integer)
    .addColumn('revoked_at', integer)
    .addColumn('last_used_at', integer)
    .addColumn('changed_epoch', integer, (column) => column.notNull())
    .execute();
  await schema.createIndex('grants_principal').on('grants').columns(['principal_id', 'id']).execute();
  await schema.createIndex('grants_scope').on('grants').columns(['scope_kind', 'scope_id', 'id']).execute();
  await schema.createIndex('grants_role').on('grants').columns(['role', 'id']).execute();
  await schema.createIndex('grants_epoch').on('grants').column('changed_epoch').execute();
}

async function makeVersions({ schema }: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { integer, text } = columnTypes[dialect];
  await schema
    .createTable('policy_versions')
    .addColumn('version', integer, (column) => column.primaryKey())
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('body', text, (column) => column.notNull())
    .addColumn('digest', text, (column) => column.notNull())
    .addColumn('comment', text, (column) => column.notNull())
    .addColumn('based_on', integer, (column) => column.notNull())
    .addColumn('proposed_by', text)
    .addColumn('proposed_at', integer, (column) => column.notNull())
    .addColumn('decided_by', text)
    .addColumn('decided_at', integer)
    .addColumn('decision_comment', text)
    .execute();
  await schema.createIndex('policy_versions_state').on('policy_versions').columns(['state', 'version']).execute();
}

async function makeState(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { integer } = columnTypes[dialect];
  await db.schema
    .createTable('access_state')
    .addColumn('id', integer, (column) => column.primaryKey())
    .addColumn('epoch', integer, (column) => column.notNull())
    .addColumn('active_version', integer, (column) => column.notNull())
    .execute();
  await (db as Kysely<{ access_state: { id: number; epoch: number; active_version: number } }>)
    .insertInto('access_state')
    .values({ id: 1, epoch: 1, active_version: 0 })
    .execute();
}
