import type { Caller } from '../../caller.ts';
import { peopleLimits } from '../limits.ts';
import type { People } from '../people.ts';
import type { Client } from '../record.ts';
import type { PeopleSettings } from '../settings.ts';
import { hashToken } from '../secrets/one-time-token.ts';
import { type KnownSession, readSession } from './known-session.ts';

/** What a good session says about who calls. */
export type SessionCaller = Pick<
  Caller,
  'principal' | 'credential' | 'level' | 'verifiedAtMs' | 'enrolmentRequired'
> & {
  /** What must come back in the header `x-csrf-token` with everything that changes something. */
  readonly csrfToken: string;
};

/** From where a session is shown, and whether anybody is there. */
export interface Sighting extends Client {
  /** A page that only listens: it does not keep the session from idling out. */
  readonly isUnattended?: boolean;
}

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/**
 * Who a session's token belongs to; null for one that is unknown, over, ended, of somebody who is not active, or that still lacks its
 * second factor. Asks the records once in `maxStaleMs` for a session, not for each request.
 */
export async function resolveSession(people: People, token: string, client: Sighting): Promise<SessionCaller | null> {
  const session = await findSession(people, token);
  if (session === null || session.kind !== 'full') return null;
  if (client.isUnattended !== true) noteSeen(people, session, client);
  return {
    principal: { kind: 'person', id: session.personId },
    credential: { kind: 'session', id: session.id },
    level: session.level,
    verifiedAtMs: session.verifiedAt,
    enrolmentRequired: session.enrolmentRequired,
    csrfToken: csrfTokenOf(people, session.id),
  };
}

/** The session that waits for its second factor; null where there is none. */
export async function pendingSession(people: People, token: string | null): Promise<KnownSession | null> {
  if (token === null) return null;
  const session = await findSession(people, token);
  return session?.kind === 'pending' ? session : null;
}

export function csrfTokenOf({ secrets }: Pick<People, 'secrets'>, sessionId: string): string {
  return secrets.mac('csrf', [sessionId]).toString('base64url');
}

async function findSession(people: People, token: string): Promise<KnownSession | null> {
  if (!TOKEN.test(token)) return null;
  const nowMs = people.clock();
  const tokenHash = hashToken(token);
  const load = () => readSession(people, people.store.read, { tokenHash });
  const session = await people.sessions.get(tokenHash, nowMs, load);
  return session !== null && isGood(people, session, nowMs) ? session : null;
}

export function idleMsOf({ sessionIdleMinutes }: PeopleSettings): number {
  return sessionIdleMinutes * 60_000;
}

function isGood({ settings }: People, session: KnownSession, nowMs: number): boolean {
  const idleUntil = session.lastSeenAt + idleMsOf(settings);
  return session.personState === 'active' && session.expiresAt > nowMs && idleUntil > nowMs;
}

/** Keeps the session from idling out. Not waited for: a request must not wait for a commit, and the next one writes what this one lost. */
function noteSeen(people: People, session: KnownSession, { address }: Client): void {
  const nowMs = people.clock();
  if (nowMs - session.lastSeenAt < peopleLimits.seenEverySeconds * 1000) return;
  if (!people.sessions.isSightingDue(session.id, nowMs)) return;
  void people.store
    .change(async ({ sql }) => {
      await sql
        .updateTable('people_sessions')
        .set({ last_seen_at: nowMs, address })
        .where('id', '=', session.id)
        .execute();
      await sql.updateTable('people').set({ last_seen_at: nowMs }).where('id', '=', session.personId).execute();
    })
    .catch(() => undefined);
}
