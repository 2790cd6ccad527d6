import { sql } from 'kysely';
import type { Change } from '../../store/store.ts';

/**
 * Counts a change of access, and waits for its turn where another process changes access at the same time: what is read after this in
 * the change is what the others left. Answers with the epoch to mark changed rows with.
 */
export async function nextEpoch(change: Change): Promise<number> {
  const row = await change.sql
    .updateTable('access_state')
    .set({ epoch: sql<number>`epoch + 1` })
    .where('id', '=', 1)
    .returning('epoch')
    .executeTakeFirstOrThrow();
  return row.epoch;
}
