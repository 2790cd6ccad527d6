import { type Kysely, sql } from 'kysely';
import type { DialectName } from '../column.ts';
import { columnTypes } from './column-types.ts';
import type { Migration } from './migration.ts';

/** The registry: models and versions, their files and contents, what was decided about them, and who has them. */
export const registryMigration: Migration = {
  name: '0007-registry',
  up: async (db, dialect) => {
    await makeModels(db, dialect);
    await makeVersions(db, dialect);
    await makeAskers(db, dialect);
    await makeSearch(db, dialect);
    await makeFiles(db, dialect);
    await makeContents(db, dialect);
    await makeDecisions(db, dialect);
    await makeTraces(db, dialect);
    await makeHubRevisions(db, dialect);
  },
};

async function makeModels(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { integer, text } = columnTypes[dialect];
  await db.schema
    .createTable('registry_models')
    .addColumn('id', text, (column) => column.primaryKey().references('resources.id'))
    .addColumn('project_id', text, (column) => column.notNull().references('resources.id'))
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('name_key', text, (column) => column.notNull().unique())
    .addColumn('tags', text, (column) => column.notNull())
    .addColumn('licence', text)
    .addColumn('owner_kind', text)
    .addColumn('owner_id', text)
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('changed_at', integer, (column) => column.notNull())
    .addColumn('is_archived', integer, (column) => column.notNull())
    .addColumn('versions', integer, (column) => column.notNull())
    .addColumn('latest_version_id', text)
    .addColumn('released_version_id', text)
    .execute();
}

async function makeVersions(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { integer, text } = columnTypes[dialect];
  await db.schema
    .createTable('registry_versions')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('model_id', text, (column) => column.notNull().references('registry_models.id'))
    .addColumn('number', integer, (column) => column.notNull())
    .addColumn('revision', text)
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('stage', text, (column) => column.notNull())
    .addColumn('message', text, (column) => column.notNull())
    .addColumn('source', text, (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('created_by_kind', text)
    .addColumn('created_by_id', text)
    .addColumn('file_count', integer, (column) => column.notNull())
    .addColumn('byte_count', integer, (column) => column.notNull())
    .addColumn('part_bytes', integer)
    .addColumn('is_aside', integer, (column) => column.notNull())
    .addColumn('verdict', text)
    .addColumn('facts', text)
    .addColumn('release_facts', text)
    .addColumn('decision', text)
    .addColumn('root_digest', text)
    .addColumn('oci_manifest', text)
    .addColumn('oci_manifest_bytes', integer)
    .addColumn('oci_config', text)
    .addColumn('key_provider', text)
    .addColumn('key_name', text)
    .addColumn('wrapped_key', text)
    .addColumn('job_id', text)
    .addColumn('step', text)
    .addColumn('failure', text)
    .addColumn('examined_at', integer)
    .addColumn('examined_with', text)
    .addColumn('recheck_at', integer)
    .addColumn('recheck_job_id', text)
    .addColumn('recheck_failures', integer)
    .addColumn('recheck_after', integer)
    .addColumn('released_at', integer)
    .addColumn('recalled_at', integer)
    .addColumn('recalled_by_kind', text)
    .addColumn('recalled_by_id', text)
    .addColumn('recall_reason', text)
    .addUniqueConstraint('registry_versions_number', ['model_id', 'number'])
    .execute();
}

async function makeAskers(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { integer, text } = columnTypes[dialect];
  await db.schema
    .createTable('registry_askers')
    .addColumn('version_id', text, (column) => column.notNull().references('registry_versions.id'))
    .addColumn('principal_kind', text, (column) => column.notNull())
    .addColumn('principal_id', text, (column) => column.notNull())
    .addColumn('asked_at', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('registry_askers_key', ['version_id', 'principal_kind', 'principal_id'])
    .execute();
}

/** How models are found: by what they are sorted by, and by what people search for. */
async function makeSearch(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { text } = columnTypes[dialect];
  await db.schema
    .createIndex('registry_models_project')
    .on('registry_models')
    .columns(['project_id', 'name_key'])
    .execute();
  await db.schema
    .createIndex('registry_models_changed')
    .on('registry_models')
    .columns(['is_archived', 'changed_at', 'id'])
    .execute();
  await db.schema
    .createIndex('registry_models_name')
    .on('registry_models')
    .columns(['is_archived', 'name_key'])
    .execute();
  await db.schema
    .createTable('registry_search')
    .addColumn('model_id', text, (column) => column.primaryKey().references('registry_models.id'))
    .addColumn('text', text, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('registry_versions_state').on('registry_versions').columns(['state', 'id']).execute();
  await db.schema
    .createIndex('registry_versions_model')
    .on('registry_versions')
    .columns(['model_id', 'state'])
    .execute();
  await db.schema
    .createIndex('registry_versions_maker')
    .on('registry_versions')
    .columns(['created_by_id', 'state'])
    .execute();
  await db.schema.createIndex('registry_versions_revision').on('registry_versions').columns(['revision']).execute();
}

async function makeFiles(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { integer, text } = columnTypes[dialect];
  await db.schema
    .createTable('registry_files')
    .addColumn('version_id', text, (column) => column.notNull().references('registry_versions.id'))
    .addColumn('side', text, (column) => column.notNull())
    .addColumn('path', text, (column) => column.notNull())
    .addColumn('bytes', integer, (column) => column.notNull())
    .addColumn('digest', text)
    .addColumn('declared_digest', text)
    .addColumn('format', text)
    .addColumn('verdict', text)
    .addColumn('wrapped_key', text)
    .addPrimaryKeyConstraint('registry_files_key', ['version_id', 'side', 'path'])
    .execute();
  await db.schema
    .createTable('registry_parts')
    .addColumn('version_id', text, (column) => column.notNull().references('registry_versions.id'))
    .addColumn('path', text, (column) => column.notNull())
    .addColumn('part', integer, (column) => column.notNull())
    .addColumn('digest', text, (column) => column.notNull())
    .addColumn('bytes', integer, (column) => column.notNull())
    .addColumn('stored_at', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('registry_parts_key', ['version_id', 'path', 'part'])
    .execute();
}

async function makeContents(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { integer, text } = columnTypes[dialect];
  await db.schema
    .createTable('registry_contents')
    .addColumn('digest', text, (column) => column.primaryKey())
    .addColumn('bytes', integer, (column) => column.notNull())
    .addColumn('is_plain', integer, (column) => column.notNull())
    .addColumn('sealed_digest', text)
    .addColumn('sealed_bytes', integer)
    .addColumn('created_at', integer, (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('registry_evidence')
    .addColumn('version_id', text, (column) => column.notNull().references('registry_versions.id'))
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('digest', text, (column) => column.notNull())
    .addColumn('bytes', integer, (column) => column.notNull())
    .addColumn('made_at', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('registry_evidence_key', ['version_id', 'kind'])
    .execute();
  await db.schema
    .createTable('blob_removals')
    .addColumn('digest', text, (column) => column.primaryKey())
    .addColumn('wanted_at', integer, (column) => column.notNull())
    .addColumn('claimed_at', integer)
    .execute();
  await db.schema
    .createIndex('job_result')
    .on('job')
    .column('result_digest')
    .where(sql<boolean>`result_digest is not null`)
    .execute();
  await db.schema.createIndex('registry_parts_digest').on('registry_parts').columns(['digest']).execute();
  await db.schema.createIndex('registry_evidence_digest').on('registry_evidence').columns(['digest']).execute();
  await db.schema.createIndex('registry_contents_sealed').on('registry_contents').columns(['sealed_digest']).execute();
  await db.schema.createIndex('registry_files_digest').on('registry_files').columns(['digest']).execute();
}

async function makeDecisions(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { integer, text } = columnTypes[dialect];
  await db.schema
    .createTable('registry_policies')
    .addColumn('version', integer, (column) => column.primaryKey())
    .addColumn('body', text, (column) => column.notNull())
    .addColumn('comment', text, (column) => column.notNull())
    .addColumn('created_by_kind', text)
    .addColumn('created_by_id', text)
    .addColumn('created_at', integer, (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('registry_approvals')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('version_id', text, (column) => column.notNull().references('registry_versions.id'))
    .addColumn('decision', text, (column) => column.notNull())
    .addColumn('by_kind', text, (column) => column.notNull())
    .addColumn('by_id', text, (column) => column.notNull())
    .addColumn('reason', text, (column) => column.notNull())
    .addColumn('at', integer, (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('registry_waivers')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('model_id', text, (column) => column.notNull().references('registry_models.id'))
    .addColumn('version_id', text)
    .addColumn('rules', text, (column) => column.notNull())
    .addColumn('owner_kind', text, (column) => column.notNull())
    .addColumn('owner_id', text, (column) => column.notNull())
    .addColumn('reason', text, (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('expires_at', integer, (column) => column.notNull())
    .addColumn('ended_at', integer)
    .addColumn('warned_at', integer)
    .execute();
  await db.schema
    .createIndex('registry_approvals_version')
    .on('registry_approvals')
    .columns(['version_id', 'at'])
    .execute();
  await db.schema
    .createIndex('registry_waivers_open')
    .on('registry_waivers')
    .columns(['ended_at', 'expires_at'])
    .execute();
  await db.schema.createIndex('registry_waivers_model').on('registry_waivers').columns(['model_id']).execute();
}

async function makeTraces(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { integer, text } = columnTypes[dialect];
  await db.schema
    .createTable('registry_downloads')
    .addColumn('version_id', text, (column) => column.notNull().references('registry_versions.id'))
    .addColumn('principal_kind', text, (column) => column.notNull())
    .addColumn('principal_id', text, (column) => column.notNull())
    .addColumn('files', integer, (column) => column.notNull())
    .addColumn('bytes', integer, (column) => column.notNull())
    .addColumn('first_at', integer, (column) => column.notNull())
    .addColumn('last_at', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('registry_downloads_key', ['version_id', 'principal_kind', 'principal_id'])
    .execute();
  await db.schema
    .createTable('registry_notices')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('principal_kind', text, (column) => column.notNull())
    .addColumn('principal_id', text, (column) => column.notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('version_id', text, (column) => column.notNull().references('registry_versions.id'))
    .addColumn('text', text, (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('seen_at', integer)
    .execute();
  await db.schema
    .createIndex('registry_downloads_last')
    .on('registry_downloads')
    .columns(['version_id', 'last_at'])
    .execute();
  await db.schema
    .createIndex('registry_notices_principal')
    .on('registry_notices')
    .columns(['principal_id', 'id'])
    .execute();
}

async function makeHubRevisions(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { integer, text } = columnTypes[dialect];
  await db.schema
    .createTable('registry_hub_revisions')
    .addColumn('endpoint', text, (column) => column.notNull())
    .addColumn('repository', text, (column) => column.notNull())
    .addColumn('revision', text, (column) => column.notNull())
    .addColumn('commit_id', text, (column) => column.notNull())
    .addColumn('seen_at', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('registry_hub_revisions_key', ['endpoint', 'repository', 'revision', 'commit_id'])
    .execute();
}
