import type { Kysely } from 'kysely';
import type { Database } from '../../../store/tables/index.ts';

/**
 * Waits until no other change holds the same turn, and holds it until this one ends: on PostgreSQL several processes decide at once, and
 * two of them must not each make the first administrator. Writing one row does it on both databases.
 */
export async function takeTurn(sql: Kysely<Database>, name: 'set-up'): Promise<void> {
  await sql
    .insertInto('people_turns')
    .values({ name, turns: 1 })
    .onConflict((conflict) => conflict.column('name').doUpdateSet((row) => ({ turns: row.ref('people_turns.turns') })))
    .execute();
}
