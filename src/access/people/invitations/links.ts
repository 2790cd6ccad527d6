import type { Kysely } from 'kysely';
import type { Change } from '../../../store/store.ts';
import type { Database } from '../../../store/tables/index.ts';
import { peopleLimits } from '../limits.ts';
import type { People } from '../people.ts';
import { hashToken, newToken } from '../secrets/one-time-token.ts';

type LinkKind = 'set-up' | 'invitation' | 'reset';

export interface MadeLink {
  /** To be shown once. The token is in the fragment, which browsers keep to themselves: no server and no proxy logs it. */
  readonly link: string;
  readonly expiresAtMs: number;
}

const pages = { 'set-up': '/set-up', invitation: '/invitation', reset: '/invitation' } as const;

/** Makes a one-time link within a change; older ones for the same person end. */
export async function makeLink(
  { clock, origin }: Pick<People, 'clock' | 'origin'>,
  { sql }: Change,
  { kind, personId }: { readonly kind: LinkKind; readonly personId: string | null },
): Promise<MadeLink> {
  const nowMs = clock();
  const lifeSeconds = kind === 'set-up' ? peopleLimits.setUpSeconds : peopleLimits.invitationSeconds;
  const expires_at = nowMs + lifeSeconds * 1000;
  const token = newToken();
  await endLinks(sql, personId);
  await sql
    .insertInto('people_links')
    .values({ token_hash: hashToken(token), kind, person_id: personId, created_at: nowMs, expires_at })
    .execute();
  return { link: `${origin}${pages[kind]}#token=${token}`, expiresAtMs: expires_at };
}

/** Ends the links of a person, or those for setting the server up. */
export async function endLinks(sql: Kysely<Database>, personId: string | null): Promise<void> {
  const base = sql.deleteFrom('people_links');
  await (personId === null ? base.where('kind', '=', 'set-up') : base.where('person_id', '=', personId)).execute();
}

export interface OpenLink {
  readonly kind: LinkKind;
  readonly personId: string | null;
  readonly expiresAtMs: number;
}

/** The link that a token opens, where it is still good. */
export async function findLink(
  sql: Kysely<Database>,
  { token, nowMs }: { readonly token: string; readonly nowMs: number },
): Promise<OpenLink | undefined> {
  const row = await sql
    .selectFrom('people_links')
    .select(['kind', 'person_id', 'expires_at'])
    .where('token_hash', '=', hashToken(token))
    .where('expires_at', '>', nowMs)
    .executeTakeFirst();
  return row === undefined ? undefined : { kind: row.kind, personId: row.person_id, expiresAtMs: row.expires_at };
}

/** Whether somebody has a link that is still good. */
export async function hasOpenLink(sql: Kysely<Database>, personId: string, nowMs: number): Promise<boolean> {
  const row = await sql
    .selectFrom('people_links')
    .select('kind')
    .where('person_id', '=', personId)
    .where('expires_at', '>', nowMs)
    .executeTakeFirst();
  return row !== undefined;
}

/** Uses a link up within a change; false where somebody was first. */
export async function spendLink(
  sql: Kysely<Database>,
  { token, nowMs }: { readonly token: string; readonly nowMs: number },
): Promise<boolean> {
  const spent = await sql
    .deleteFrom('people_links')
    .where('token_hash', '=', hashToken(token))
    .where('expires_at', '>', nowMs)
    .executeTakeFirst();
  return spent.numDeletedRows === 1n;
}
