import type { Kysely } from 'kysely';
import type { Database } from '../../../store/tables/index.ts';
import { identityCount, passkeyCount } from './count-factors.ts';
import { emailKey } from './email-key.ts';

/** An account with its factors, as signing in needs them. */
export interface Account {
  readonly id: string;
  readonly state: 'invited' | 'active' | 'disabled' | 'erased';
  readonly name: string;
  readonly email: string;
  readonly webauthnId: string;
  readonly lockedUntil: number | null;
  readonly phc: string | undefined;
  /** Null without a password. A stronger hash of the same password leaves it as it is. */
  readonly passwordChangedAt: number | null;
  readonly hasTotp: boolean;
  readonly passkeys: number;
  readonly suspendedPasskeys: number;
  readonly identities: number;
}

type AccountKey = { readonly email: string } | { readonly id: string } | { readonly webauthnId: string };

/** Undefined where there is nobody of that kind; somebody who was erased is nobody. */
export async function findAccount(sql: Kysely<Database>, by: AccountKey): Promise<Account | undefined> {
  const row = await whereKey(accountQuery(sql), by).executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    id: row.id,
    state: row.state,
    name: row.name,
    email: row.email,
    webauthnId: row.webauthn_id,
    lockedUntil: row.locked_until,
    phc: row.phc ?? undefined,
    passwordChangedAt: row.changed_at,
    hasTotp: row.totp_secret !== null,
    passkeys: Number(row.passkeys) - Number(row.suspended),
    suspendedPasskeys: Number(row.suspended),
    identities: Number(row.identities),
  };
}

function accountQuery(sql: Kysely<Database>) {
  return sql
    .selectFrom('people as p')
    .innerJoin('people_data as d', 'd.person_id', 'p.id')
    .leftJoin('people_passwords as w', 'w.person_id', 'p.id')
    .leftJoin('people_totp as t', 't.person_id', 'p.id')
    .select(['p.id', 'p.state', 'p.webauthn_id', 'p.locked_until', 'd.name', 'd.email', 'w.phc', 'w.changed_at'])
    .select('t.secret as totp_secret')
    .select([
      passkeyCount().as('passkeys'),
      passkeyCount().where('k.suspended_at', 'is not', null).as('suspended'),
      identityCount().as('identities'),
    ]);
}

function whereKey(query: ReturnType<typeof accountQuery>, by: AccountKey): ReturnType<typeof accountQuery> {
  if ('email' in by) return query.where('d.email_key', '=', emailKey(by.email));
  if ('id' in by) return query.where('p.id', '=', by.id);
  return query.where('p.webauthn_id', '=', by.webauthnId);
}
