import type { Kysely } from 'kysely';
import type { Database } from '../tables/index.ts';

/**
 * Erases what the commitments stand for in every entry that somebody is the actor or the object of. The entries and
 * the tree stay as they are; nobody can say any more what was committed to. Call it within a change that records it.
 * @returns how many values were erased.
 */
export async function eraseOpenings(sql: Kysely<Database>, id: string): Promise<number> {
  const entries = sql
    .selectFrom('ledger_entry')
    .select('entry_index')
    .where((eb) => eb.or([eb('actor_id', '=', id), eb('object_id', '=', id)]));
  const { numDeletedRows } = await sql
    .deleteFrom('ledger_opening')
    .where('entry_index', 'in', entries)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
