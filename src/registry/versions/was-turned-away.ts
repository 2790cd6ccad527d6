import type { Change } from '../../store/store.ts';

/** By the policy or by a person, whatever was said later. What was, is let in by nobody but a person. */
export async function wasTurnedAway({ sql }: Change, versionId: string): Promise<boolean> {
  const found = await sql
    .selectFrom('ledger_entry')
    .select('id')
    .where('object_id', '=', versionId)
    .where('activity', 'in', ['model.denied', 'model.recalled'])
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}
