import type { Kysely } from 'kysely';
import type { Database } from '../../../store/tables/index.ts';

/**
 * Holds the row of a person until the change ends: what is decided on how many factors he has must not be decided twice at once. An update
 * that changes nothing does it on both databases.
 */
export async function lockPerson(sql: Kysely<Database>, personId: string): Promise<void> {
  await sql
    .updateTable('people')
    .set((row) => ({ created_at: row.ref('created_at') }))
    .where('id', '=', personId)
    .execute();
}
