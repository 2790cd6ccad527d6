import { passkeyCount } from '../accounts/count-factors.ts';
import type { Kysely } from 'kysely';
import type { z } from 'zod';
import type { factor } from '../../../contract/types/session.ts';
import type { Database } from '../../../store/tables/index.ts';
import type { People } from '../people.ts';
import { demandsStrongFactor } from './enrolment.ts';

export type Factor = z.infer<typeof factor>;

/** A session with what is to be known of its person, as read from the records. */
export interface KnownSession {
  readonly id: string;
  readonly personId: string;
  readonly kind: 'pending' | 'full';
  readonly level: 1 | 2;
  readonly factors: readonly Factor[];
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  readonly verifiedAt: number | null;
  readonly provedAt: number;
  readonly personState: 'invited' | 'active' | 'disabled' | 'erased';
  /** Has a passkey or an authenticator app. A suspended passkey counts: suspending it must not make the password enough. */
  readonly hasStrongFactor: boolean;
  /** One factor was enough to open it, and a role demands two: it is only good for enrolling. */
  readonly enrolmentRequired: boolean;
}

type SessionKey = { readonly tokenHash: string } | { readonly id: string };

/** The session of a token, whether it is still good or not. */
export async function readSession(people: People, sql: Kysely<Database>, by: SessionKey): Promise<KnownSession | null> {
  const row = await findRow(sql, by);
  if (row === undefined) return null;
  const hasStrongFactor = Number(row.passkeys) + Number(row.totps) > 0;
  const needsMore = row.level === 1 && !hasStrongFactor;
  return {
    id: row.id,
    personId: row.person_id,
    kind: row.kind,
    level: row.level,
    factors: factorsIn(row.factors),
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
    verifiedAt: row.verified_at,
    provedAt: row.proved_at,
    personState: row.person_state,
    hasStrongFactor,
    enrolmentRequired: needsMore && (await demandsStrongFactor(people, sql, row.person_id)),
  };
}

function findRow(sql: Kysely<Database>, by: SessionKey) {
  const base = sql
    .selectFrom('people_sessions as s')
    .innerJoin('people as p', 'p.id', 's.person_id')
    .selectAll('s')
    .select('p.state as person_state')
    .select((row) => [
      passkeyCount().as('passkeys'),
      row
        .selectFrom('people_totp as t')
        .select(({ fn }) => fn.countAll().as('n'))
        .whereRef('t.person_id', '=', 's.person_id')
        .where('t.secret', 'is not', null)
        .as('totps'),
    ]);
  return (
    'id' in by ? base.where('s.id', '=', by.id) : base.where('s.token_hash', '=', by.tokenHash)
  ).executeTakeFirst();
}

/** Written by us alone, as JSON. */
export function factorsIn(json: string): readonly Factor[] {
  return JSON.parse(json) as readonly Factor[];
}
