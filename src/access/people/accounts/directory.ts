import { type Kysely, sql } from 'kysely';
import type { z } from 'zod';
import type { person } from '../../../contract/types/people.ts';
import type { Role } from '../../../contract/actions.ts';
import type { Database } from '../../../store/tables/index.ts';
import { foldedPattern } from '../../folded.ts';
import { PeopleError } from '../errors.ts';
import type { People } from '../people.ts';
import { identityCount, passkeyCount } from './count-factors.ts';
import { readPage, type PageQuery } from './page.ts';
import { timeText, timeTextOrNull } from '../../../contract/time-text.ts';

export type PersonView = z.infer<typeof person>;

export interface PeopleQuery extends PageQuery {
  /** In the name or the address, whatever the case. */
  readonly search?: string | undefined;
  readonly state?: PersonView['state'] | undefined;
}

/** A person as he looks from outside. @throws PeopleError `person-unknown`. */
export async function showPerson(people: People, personId: string): Promise<PersonView> {
  const row = await peopleQuery(people.store.read).where('p.id', '=', personId).executeTakeFirst();
  if (row === undefined) throw PeopleError.of('person-unknown');
  const held = await people.ports.rolesOf(people.store.read, [personId]);
  return viewOf(row, { nowMs: people.clock(), roles: held.get(personId) ?? [] });
}

/** People, the newest first. */
export async function listPeople(
  people: People,
  query: PeopleQuery,
): Promise<{ readonly items: PersonView[]; readonly next: string | null }> {
  const nowMs = people.clock();
  let found = peopleQuery(people.store.read)
    .orderBy('p.id', 'desc')
    .limit(query.limit + 1);
  if (query.cursor !== undefined) found = found.where('p.id', '<', query.cursor);
  if (query.state !== undefined) found = inState(found, query.state, nowMs);
  if (query.search !== undefined && query.search !== '') found = matching(found, query.search);
  const { items, next } = readPage(await found.execute(), query.limit);
  const ids = items.map(({ id }) => id);
  const held =
    ids.length === 0 ? new Map<string, readonly Role[]>() : await people.ports.rolesOf(people.store.read, ids);
  return { next, items: items.map((row) => viewOf(row, { nowMs, roles: held.get(row.id) ?? [] })) };
}

function peopleQuery(read: Kysely<Database>) {
  return read
    .selectFrom('people as p')
    .leftJoin('people_data as d', 'd.person_id', 'p.id')
    .leftJoin('people_passwords as w', 'w.person_id', 'p.id')
    .leftJoin('people_totp as t', 't.person_id', 'p.id')
    .select(['p.id', 'p.state', 'p.created_at', 'p.last_seen_at', 'p.locked_until', 'd.name', 'd.email'])
    .select(['w.changed_at as password_at', 't.confirmed_at as totp_at'])
    .select([passkeyCount().as('passkeys'), identityCount().as('identities')]);
}

type PeopleRows = ReturnType<typeof peopleQuery>;
type PersonRow = Awaited<ReturnType<PeopleRows['execute']>>[number];

function inState(rows: PeopleRows, state: PersonView['state'], nowMs: number): PeopleRows {
  if (state === 'locked') return rows.where('p.state', '=', 'active').where('p.locked_until', '>', nowMs);
  const inIt = rows.where('p.state', '=', state);
  if (state !== 'active') return inIt;
  return inIt.where((row) => row.or([row('p.locked_until', 'is', null), row('p.locked_until', '<=', nowMs)]));
}

function matching(rows: PeopleRows, search: string): PeopleRows {
  const pattern = foldedPattern(search);
  return rows.where((row) =>
    row.or([
      sql<boolean>`${row.ref('d.name_key')} like ${pattern} escape '\\'`,
      sql<boolean>`${row.ref('d.email_key')} like ${pattern} escape '\\'`,
    ]),
  );
}

function viewOf(
  row: PersonRow,
  { nowMs, roles }: { readonly nowMs: number; readonly roles: readonly Role[] },
): PersonView {
  const isLocked = row.state === 'active' && row.locked_until !== null && row.locked_until > nowMs;
  return {
    id: row.id,
    name: row.name ?? row.id,
    email: row.email,
    state: isLocked ? 'locked' : row.state,
    createdAt: timeText(row.created_at),
    lastSeenAt: timeTextOrNull(row.last_seen_at),
    factors: {
      password: row.password_at !== null,
      totp: row.totp_at !== null,
      passkeys: Number(row.passkeys),
      oidc: Number(row.identities) > 0,
    },
    roles: [...roles],
  };
}
