import { PeopleError } from '../errors.ts';
import type { People } from '../people.ts';
import { accountEntry, type Actor, personActor } from '../record.ts';
import { endSession, endSessions } from '../sessions/end-sessions.ts';
import type { Self } from './own-session.ts';

/** @throws PeopleError `session-unknown`. */
export async function endOwnSession(people: People, { account }: Self, sessionId: string): Promise<void> {
  await people.store.change(async (change) => {
    const isEnded = await endSession(people, change, { personId: account.id, sessionId });
    if (!isEnded) throw PeopleError.of('session-unknown');
    const data = { session: sessionId };
    const actor = personActor(account.id);
    change.record(accountEntry({ activity: 'session.revoke', actor, personId: account.id, data }));
  });
}

/** Ends every session of a person but one, where that is named. */
export async function revokeSessions(
  people: People,
  { actor, personId, except }: { readonly actor: Actor; readonly personId: string; readonly except?: string },
): Promise<void> {
  await people.store.change(async (change) => {
    const scope = except === undefined ? { personId } : { personId, except };
    const sessionsEnded = await endSessions(people, change, scope);
    change.record(accountEntry({ activity: 'session.revoke-all', actor, personId, data: { sessionsEnded } }));
  });
}
