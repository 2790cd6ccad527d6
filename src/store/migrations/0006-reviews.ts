import type { Kysely } from 'kysely';
import type { DialectName } from '../column.ts';
import { columnTypes } from './column-types.ts';
import type { Migration } from './migration.ts';

/** Access reviews: campaigns, who reviews, what is to be decided, and when to remind. */
export const reviewsMigration: Migration = {
  name: '0006-reviews',
  up: async (db, dialect) => {
    await makeCampaigns(db, dialect);
    await makeItems(db, dialect);
    await makeReminders(db, dialect);
  },
};

async function makeCampaigns(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { integer, text } = columnTypes[dialect];
  await db.schema
    .createTable('review_campaigns')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('created_by_kind', text, (column) => column.notNull())
    .addColumn('created_by_id', text, (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('due_at', integer, (column) => column.notNull())
    .addColumn('closed_at', integer)
    .addColumn('closed_by_kind', text)
    .addColumn('closed_by_id', text)
    .addColumn('escalate_to', text, (column) => column.references('people.id'))
    .addColumn('unused_days', integer, (column) => column.notNull())
    .addColumn('items', integer, (column) => column.notNull())
    .addColumn('decided', integer, (column) => column.notNull())
    .addColumn('revoked', integer, (column) => column.notNull())
    .addColumn('record_digest', text)
    .execute();
  await db.schema
    .createTable('review_reviewers')
    .addColumn('campaign_id', text, (column) => column.notNull().references('review_campaigns.id'))
    .addColumn('person_id', text, (column) => column.notNull().references('people.id'))
    .addColumn('added_at', integer, (column) => column.notNull())
    .addColumn('is_escalation', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('review_reviewers_key', ['campaign_id', 'person_id'])
    .execute();
}

async function makeItems(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { integer, text } = columnTypes[dialect];
  await db.schema
    .createTable('review_items')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('campaign_id', text, (column) => column.notNull().references('review_campaigns.id'))
    .addColumn('grant_id', text, (column) => column.notNull())
    .addColumn('principal_kind', text, (column) => column.notNull())
    .addColumn('principal_id', text, (column) => column.notNull())
    .addColumn('role', text, (column) => column.notNull())
    .addColumn('scope_kind', text, (column) => column.notNull())
    .addColumn('scope_id', text, (column) => column.notNull())
    .addColumn('scope_name', text, (column) => column.notNull())
    .addColumn('given_at', integer, (column) => column.notNull())
    .addColumn('given_by_id', text)
    .addColumn('last_used_at', integer)
    .addColumn('proposals', text, (column) => column.notNull())
    .addColumn('decision', text)
    .addColumn('decided_by', text)
    .addColumn('decided_at', integer)
    .addColumn('comment', text)
    .addColumn('outcome', text)
    .execute();
  await db.schema.createIndex('review_items_by_campaign').on('review_items').columns(['campaign_id', 'id']).execute();
}

async function makeReminders(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { integer, text } = columnTypes[dialect];
  await db.schema
    .createTable('review_steps')
    .addColumn('campaign_id', text, (column) => column.notNull().references('review_campaigns.id'))
    .addColumn('step', text, (column) => column.notNull())
    .addColumn('run_at', integer, (column) => column.notNull())
    .addColumn('done_at', integer)
    .addPrimaryKeyConstraint('review_steps_key', ['campaign_id', 'step'])
    .execute();
  await db.schema
    .createTable('review_notices')
    .addColumn('campaign_id', text, (column) => column.notNull().references('review_campaigns.id'))
    .addColumn('person_id', text, (column) => column.notNull().references('people.id'))
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('review_notices_key', ['campaign_id', 'person_id'])
    .execute();
  await db.schema.createIndex('review_notices_by_person').on('review_notices').column('person_id').execute();
}
