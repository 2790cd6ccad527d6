import { type Kysely, sql } from 'kysely';
import type { DialectName } from '../column.ts';
import { columnTypes } from './column-types.ts';
import type { Migration } from './migration.ts';

/** Columns that entries are searched by. Each index ends with the order in which they are shown: the newest first. */
const searched = ['area', 'activity', 'class', 'actor_id', 'object_id', 'decision', 'outcome'] as const;

export const ledgerMigration: Migration = {
  name: '0001-ledger',
  up: async (db, dialect) => {
    await makeEntries(db, dialect);
    await makeTree(db, dialect);
    await makeCheckpoints(db, dialect);
  },
};

async function makeEntries(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { integer, text, bytes } = columnTypes[dialect];
  await db.schema
    .createTable('ledger_entry')
    .addColumn('entry_index', integer, (column) => column.primaryKey())
    .addColumn('id', text, (column) => column.notNull().unique())
    .addColumn('time', integer, (column) => column.notNull())
    .addColumn('class', text, (column) => column.notNull())
    .addColumn('area', text, (column) => column.notNull())
    .addColumn('activity', text, (column) => column.notNull())
    .addColumn('actor_kind', text, (column) => column.notNull())
    .addColumn('actor_id', text, (column) => column.notNull())
    .addColumn('object_kind', text)
    .addColumn('object_id', text)
    .addColumn('decision', text)
    .addColumn('outcome', text, (column) => column.notNull())
    .addColumn('severity', text, (column) => column.notNull())
    .addColumn('bytes', bytes)
    .addColumn('leaf_hash', bytes, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('ledger_entry_by_time').on('ledger_entry').columns(['time', 'entry_index']).execute();
  for (const column of searched) {
    const index = db.schema.createIndex(`ledger_entry_by_${column}`).on('ledger_entry');
    await index.columns([column, 'time', 'entry_index']).where(sql.ref(column), 'is not', null).execute();
  }
  await db.schema
    .createTable('ledger_opening')
    .addColumn('entry_index', integer, (column) => column.notNull())
    .addColumn('field', text, (column) => column.notNull())
    .addColumn('salt', bytes, (column) => column.notNull())
    .addColumn('value', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('ledger_opening_key', ['entry_index', 'field'])
    .execute();
}

/** Tiles are written once, when they are complete; `root` is the hash over the 256 in them. */
async function makeTree(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { integer, bytes } = columnTypes[dialect];
  await db.schema
    .createTable('ledger_tile')
    .addColumn('level', integer, (column) => column.notNull())
    .addColumn('tile_index', integer, (column) => column.notNull())
    .addColumn('hashes', bytes, (column) => column.notNull())
    .addColumn('root', bytes, (column) => column.notNull())
    .addPrimaryKeyConstraint('ledger_tile_key', ['level', 'tile_index'])
    .execute();
  await db.schema
    .createTable('ledger_head')
    .addColumn('id', integer, (column) => column.primaryKey())
    .addColumn('size', integer, (column) => column.notNull())
    .addColumn('edge', bytes, (column) => column.notNull())
    .execute();
  const nothing = dialect === 'sqlite' ? sql`x''` : sql`'\\x'::bytea`;
  await db.schema
    .createTable('ledger_retention')
    .addColumn('id', integer, (column) => column.primaryKey())
    .addColumn('retained_from', integer, (column) => column.notNull())
    .addColumn('removed_to', integer, (column) => column.notNull())
    .execute();
  await sql`insert into ledger_retention (id, retained_from, removed_to) values (1, 0, 0)`.execute(db);
  await sql`insert into ledger_head (id, size, edge) values (1, 0, ${nothing})`.execute(db);
}

async function makeCheckpoints(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const { integer, text, bytes } = columnTypes[dialect];
  await db.schema
    .createTable('ledger_checkpoint')
    .addColumn('size', integer, (column) => column.primaryKey())
    .addColumn('root', bytes, (column) => column.notNull())
    .addColumn('time', integer, (column) => column.notNull())
    .addColumn('note', text, (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('ledger_cosignature')
    .addColumn('size', integer, (column) => column.notNull())
    .addColumn('witness', text, (column) => column.notNull())
    .addColumn('line', text, (column) => column.notNull())
    .addColumn('time', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('ledger_cosignature_key', ['size', 'witness'])
    .execute();
  await db.schema
    .createTable('ledger_witness')
    .addColumn('name', text, (column) => column.primaryKey().notNull())
    .addColumn('url', text, (column) => column.notNull())
    .addColumn('size', integer, (column) => column.notNull())
    .addColumn('seen_at', integer)
    .addColumn('fault', text)
    .execute();
}
