import type { Change } from '../../store/store.ts';
import type { VersionRow } from './move-version.ts';

/** By the policy or by a person, whatever was said later. What was, is let in by nobody but a person. */
export async function wasTurnedAway(change: Change, versionId: string): Promise<boolean> {
  return (await turnsAway(change).where('object_id', '=', versionId).executeTakeFirst()) !== undefined;
}

/** Whether that was a version of the model from the same place: to give it up and fetch it anew makes nothing of it undone. */
export async function wasSourceTurnedAway(
  change: Change,
  { model_id: modelId, source }: Pick<VersionRow, 'model_id' | 'source'>,
): Promise<boolean> {
  const ofSource = change.sql
    .selectFrom('registry_versions')
    .select('id')
    .where('model_id', '=', modelId)
    .where('source', '=', source);
  return (await turnsAway(change).where('object_id', 'in', ofSource).executeTakeFirst()) !== undefined;
}

function turnsAway({ sql }: Change) {
  return sql
    .selectFrom('ledger_entry')
    .select('id')
    .where('activity', 'in', ['model.denied', 'model.recalled'])
    .limit(1);
}
