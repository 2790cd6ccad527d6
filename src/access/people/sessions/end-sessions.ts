import type { Change } from '../../../store/store.ts';
import type { People } from '../people.ts';

/** Ends sessions of a person within a change, all but one where that is named. Effective everywhere within a second. */
export async function endSessions(
  people: People,
  change: Change,
  { personId, except }: { readonly personId: string; readonly except?: string },
): Promise<number> {
  const base = change.sql.deleteFrom('people_sessions').where('person_id', '=', personId);
  const ended = await (except === undefined ? base : base.where('id', '!=', except)).executeTakeFirst();
  change.afterCommit(() => people.sessions.forget());
  return Number(ended.numDeletedRows);
}

/** Ends one session of a person within a change; false where he has no such session. */
export async function endSession(
  people: People,
  change: Change,
  { personId, sessionId }: { readonly personId: string; readonly sessionId: string },
): Promise<boolean> {
  const ended = await change.sql
    .deleteFrom('people_sessions')
    .where('id', '=', sessionId)
    .where('person_id', '=', personId)
    .executeTakeFirst();
  change.afterCommit(() => people.sessions.forget());
  return ended.numDeletedRows === 1n;
}
