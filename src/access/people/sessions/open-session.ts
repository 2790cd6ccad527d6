import { newId } from '../../../store/new-id.ts';
import type { Change } from '../../../store/store.ts';
import { peopleLimits } from '../limits.ts';
import type { People } from '../people.ts';
import { boundedAgent, type Client } from '../record.ts';
import { hashToken, newToken } from '../secrets/one-time-token.ts';
import type { Factor, KnownSession } from './known-session.ts';
import { idleMsOf } from './resolve-session.ts';

/** What goes into the cookie. */
export interface OpenedSession {
  readonly id: string;
  readonly token: string;
  readonly expiresAtMs: number;
}

export interface SessionStart {
  readonly personId: string;
  readonly kind: 'pending' | 'full';
  readonly level: 1 | 2;
  readonly factors: readonly Factor[];
  /** A passkey with user verification was used just now. */
  readonly isVerified: boolean;
  readonly client: Client;
}

/** Opens a session within a change, with a token of its own: a session never keeps the token of the step before it. */
export async function openSession(people: People, change: Change, start: SessionStart): Promise<OpenedSession> {
  const nowMs = people.clock();
  const token = newToken();
  const id = newId('session', nowMs);
  const { pendingSessionSeconds } = peopleLimits;
  const lifeSeconds = start.kind === 'pending' ? pendingSessionSeconds : people.settings.sessionHours * 3600;
  const expiresAtMs = nowMs + lifeSeconds * 1000;
  await makeRoom(people, change, start);
  await change.sql
    .insertInto('people_sessions')
    .values({
      id,
      token_hash: hashToken(token),
      person_id: start.personId,
      kind: start.kind,
      level: start.level,
      factors: JSON.stringify(start.factors),
      created_at: nowMs,
      last_seen_at: nowMs,
      expires_at: expiresAtMs,
      verified_at: start.isVerified ? nowMs : null,
      proved_at: nowMs,
      address: start.client.address,
      agent: boundedAgent(start.client.agent),
    })
    .execute();
  if (start.kind === 'full') await noteSeen(change, start.personId, nowMs);
  return { id, token, expiresAtMs };
}

async function noteSeen({ sql }: Change, personId: string, nowMs: number): Promise<void> {
  await sql.updateTable('people').set({ last_seen_at: nowMs }).where('id', '=', personId).execute();
}

/** Removes what is over, and the oldest of somebody who has too many of a kind: who only knows his password must not end his sessions. */
async function makeRoom({ clock, settings }: People, { sql }: Change, { personId, kind }: SessionStart): Promise<void> {
  const nowMs = clock();
  await sql
    .deleteFrom('people_sessions')
    .where((row) => row.or([row('expires_at', '<=', nowMs), row('last_seen_at', '<=', nowMs - idleMsOf(settings))]))
    .execute();
  const surplus = await sql
    .selectFrom('people_sessions')
    .select('id')
    .where('person_id', '=', personId)
    .where('kind', '=', kind)
    .orderBy('created_at', 'desc')
    .offset(peopleLimits.maxSessionsPerPerson - 1)
    .limit(peopleLimits.maxSessionsPerPerson)
    .execute();
  if (surplus.length === 0) return;
  await sql
    .deleteFrom('people_sessions')
    .where(
      'id',
      'in',
      surplus.map(({ id }) => id),
    )
    .execute();
}

/** What a further proof adds to a session. */
export interface SessionRise {
  readonly factor: Factor;
  readonly isVerified: boolean;
  /** Whether the proof makes two factors of one. */
  readonly level: 1 | 2;
}

/** Gives a session more weight, and a new token with it: whoever knew the old one has nothing (OWASP ASVS 5, 7.2.4). */
export async function raiseSession(
  people: People,
  change: Change,
  { session, rise }: { readonly session: KnownSession; readonly rise: SessionRise },
): Promise<OpenedSession> {
  const nowMs = people.clock();
  const token = newToken();
  await change.sql
    .updateTable('people_sessions')
    .set({
      token_hash: hashToken(token),
      level: Math.max(session.level, rise.level) as 1 | 2,
      factors: JSON.stringify([...new Set([...session.factors, rise.factor])]),
      proved_at: nowMs,
      last_seen_at: nowMs,
      ...(rise.isVerified ? { verified_at: nowMs } : {}),
    })
    .where('id', '=', session.id)
    .executeTakeFirstOrThrow();
  change.afterCommit(() => people.sessions.forget());
  return { id: session.id, token, expiresAtMs: session.expiresAt };
}
