import type { Kysely } from 'kysely';
import { RETENTION_ACTIVITY } from '../../ledger/export-check.ts';
import type { Store } from '../store.ts';
import type { Database } from '../tables/index.ts';

const MS_PER_DAY = 86_400_000;

/** Contents that one change removes: others wait for it. */
const REMOVED_AT_ONCE = 2_000;

export interface RetentionOptions {
  /** Contents of entries are kept for so long. */
  readonly days: number;
  readonly nowMs: number;
}

/**
 * Removes the contents of old entries and what their commitments stand for. Hashes stay, so every proof holds as
 * before. Up to where it is done is recorded and signed first: it is what lets others tell retention from tampering, and
 * no export may show the gap without it. A run that was cut short is finished by the next.
 * @throws StoreError `ledger-unsigned`.
 * @returns index of the first entry whose content is kept.
 */
export async function applyRetention(store: Store, { days, nowMs }: RetentionOptions): Promise<number> {
  const { retained_from: before } = await readRetention(store.read);
  const end = await firstToKeep(store.read, before, nowMs - days * MS_PER_DAY);
  if (end > before) await recordRetention(store, end);
  if ((await readRetention(store.read)).removed_to < end) {
    await store.ledger.cover(await retentionRecordedTo(store.read));
    await removeContents(store, end);
  }
  return end;
}

/** The size from which on the ledger says up to where contents were removed; 0 where none ever were. */
export async function retentionRecordedTo(db: Kysely<Database>): Promise<number> {
  const { last } = await db
    .selectFrom('ledger_entry')
    .select(({ fn }) => fn.max('entry_index').as('last'))
    .where('activity', '=', RETENTION_ACTIVITY)
    .where('actor_kind', '=', 'system')
    .executeTakeFirstOrThrow();
  return last === null ? 0 : last + 1;
}

/** Index of the first entry whose content is kept. */
export async function retainedFrom(db: Kysely<Database>): Promise<number> {
  return (await readRetention(db)).retained_from;
}

async function readRetention(db: Kysely<Database>) {
  return db.selectFrom('ledger_retention').selectAll().where('id', '=', 1).executeTakeFirstOrThrow();
}

async function firstToKeep(db: Kysely<Database>, from: number, cutoffMs: number): Promise<number> {
  const young = await db
    .selectFrom('ledger_entry')
    .select('entry_index')
    .where('entry_index', '>=', from)
    .where('time', '>=', cutoffMs)
    .orderBy('entry_index')
    .limit(1)
    .executeTakeFirst();
  if (young !== undefined) return young.entry_index;
  const { size } = await db.selectFrom('ledger_head').select('size').where('id', '=', 1).executeTakeFirstOrThrow();
  return size;
}

async function recordRetention(store: Store, end: number): Promise<void> {
  await store.change(async ({ sql, record }) => {
    await sql.updateTable('ledger_retention').set({ retained_from: end }).where('id', '=', 1).execute();
    record({
      class: 'datastore-activity',
      activity: RETENTION_ACTIVITY,
      actor: { kind: 'system', id: 'retention' },
      outcome: 'success',
      data: { removed_below: end },
    });
  });
}

async function removeContents(store: Store, end: number): Promise<void> {
  let { removed_to: from } = await readRetention(store.read);
  while (from < end) {
    const to = Math.min(end, from + REMOVED_AT_ONCE);
    const start = from;
    await store.change(async ({ sql }) => {
      await sql
        .updateTable('ledger_entry')
        .set({ bytes: null })
        .where('entry_index', '>=', start)
        .where('entry_index', '<', to)
        .execute();
      await sql.deleteFrom('ledger_opening').where('entry_index', '>=', start).where('entry_index', '<', to).execute();
      await sql.updateTable('ledger_retention').set({ removed_to: to }).where('id', '=', 1).execute();
    });
    from = to;
  }
}
