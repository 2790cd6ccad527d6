import type { Caller } from '../../caller.ts';
import type { People } from '../people.ts';
import { authenticationEntry, type Client } from '../record.ts';
import { hashToken } from '../secrets/one-time-token.ts';
import { endSession } from './end-sessions.ts';
import { readSession } from './known-session.ts';

/** Ends the session of the caller, where he has one. */
export async function signOut(people: People, { principal, credential, address, agent }: Caller): Promise<void> {
  if (principal?.kind !== 'person' || credential?.kind !== 'session') return;
  await end(people, { personId: principal.id, sessionId: credential.id, client: { address, agent } });
}

/** Ends the session that a new one takes the place of in the cookie: nobody could sign out of it any more (OWASP ASVS 5, 7.2.4). */
export async function endReplaced(people: People, token: string | null, client: Client): Promise<void> {
  if (token === null) return;
  const session = await readSession(people, people.store.read, { tokenHash: hashToken(token) });
  if (session !== null) await end(people, { personId: session.personId, sessionId: session.id, client });
}

interface Ending {
  readonly personId: string;
  readonly sessionId: string;
  readonly client: Client;
}

async function end(people: People, { personId, sessionId, client }: Ending): Promise<void> {
  await people.store.change(async (change) => {
    if (!(await endSession(people, change, { personId, sessionId }))) return;
    const data = { session: sessionId };
    change.record(authenticationEntry({ activity: 'session.sign-out', personId, client, outcome: 'success', data }));
  });
}
