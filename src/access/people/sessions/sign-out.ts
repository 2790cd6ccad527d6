import type { Caller } from '../../caller.ts';
import type { People } from '../people.ts';
import { authenticationEntry } from '../record.ts';
import { endSession } from './end-sessions.ts';

/** Ends the session of the caller, where he has one. */
export async function signOut(people: People, { principal, credential, address, agent }: Caller): Promise<void> {
  if (principal?.kind !== 'person' || credential?.kind !== 'session') return;
  const personId = principal.id;
  const sessionId = credential.id;
  await people.store.change(async (change) => {
    if (!(await endSession(people, change, { personId, sessionId }))) return;
    const client = { address, agent };
    const data = { session: sessionId };
    change.record(authenticationEntry({ activity: 'session.sign-out', personId, client, outcome: 'success', data }));
  });
}
