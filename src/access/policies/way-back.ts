import type { Kysely } from 'kysely';
import type { ActionId } from '../../contract/actions.ts';
import type { Change } from '../../store/store.ts';
import type { Database } from '../../store/tables/index.ts';
import { type Grant, grantOfRow, scopeKey } from '../grants/grant.ts';
import type { HeldGrants } from '../grants/held-grants.ts';
import { serverResource } from '../grants/resources.ts';
import { type ActivePolicies, loadPolicies } from './active-policies.ts';
import { AccessError } from './errors.ts';
import type { PreparedPolicies } from './prepared-policies.ts';
import type { PolicyRequest } from './request.ts';
import { questionOf } from './situation.ts';

const limits = {
  /** People whose grants are looked at. */
  maxPeople: 500,
  /** Of whom grants are read at once: most often, the first one will do. */
  peopleAtOnce: 50,
} as const;

/** What somebody must be able to do to undo any policies. */
export const wayBack = ['policies.propose', 'policies.decide'] as const satisfies readonly ActionId[];

interface Trial {
  readonly personId: string;
  readonly held: HeldGrants;
  readonly address: string;
  /** ms since 1970. */
  readonly atMs: number;
}

/** What is asked to know whether somebody could undo policies, here and now, having just proved with a passkey who he is. */
export function wayBackRequests({ personId, held, address, atMs }: Trial): readonly PolicyRequest[] {
  const { classification } = serverResource;
  const situation = {
    principal: { kind: 'person', id: personId },
    resource: serverResource,
    held: lastingOf(held),
    now: { level: 2, address, atMs, purpose: '', classification },
    recentlyVerified: true,
    credential: 'session',
  } as const;
  return wayBack.map((action) => questionOf({ ...situation, action }).request);
}

/** Grants that end, or hold at some hours only, do not count: tomorrow there would be no way. */
function lastingOf({ byScope }: HeldGrants): HeldGrants {
  const kept = [...byScope].map(([key, grants]) => [key, grants.filter(isLasting)] as const);
  return { count: kept.length, byScope: new Map(kept) };
}

function isLasting({ expiresAtMs, conditions }: Grant): boolean {
  return expiresAtMs === null && conditions.hours === undefined;
}

/** By what, from where and when the loss of a way back is judged. */
export interface WayBackView {
  /** Those in force, as they were known before the change began: others are read where they changed meanwhile. */
  readonly policies: ActivePolicies;
  /** Of whoever acts. */
  readonly address: string;
  /** ms since 1970. */
  readonly atMs: number;
}

interface Loss {
  readonly personId: string;
  /** Grants on the server before the loss. */
  readonly grants: readonly Grant[];
  /** The person goes altogether, whatever grants are left. */
  readonly isGone: boolean;
}

/**
 * Where a grant on the server was taken, the change of policies must be left to somebody, as before. Call it after `nextEpoch`, so that two
 * such changes cannot each count on whom the other takes away.
 * @throws AccessError `grant-last-way-back`.
 */
export async function requireWayBackWithoutGrant(change: Change, view: WayBackView, grant: Grant): Promise<void> {
  if (grant.principal.kind !== 'person' || grant.scope.kind !== 'server' || !isLasting(grant)) return;
  const personId = grant.principal.id;
  const isActive = await isActivePerson(change.sql, personId);
  if (!isActive) return;
  const left = (await serverGrants(change.sql, [personId])).get(personId) ?? [];
  await requireWayBackAfter(change, view, { personId, grants: [...left, grant], isGone: false });
}

/**
 * The same before a person is disabled or erased.
 * @throws AccessError `grant-last-way-back`.
 */
export async function requireWayBackWithoutPerson(change: Change, view: WayBackView, personId: string): Promise<void> {
  const isActive = await isActivePerson(change.sql, personId);
  if (!isActive) return;
  const grants = (await serverGrants(change.sql, [personId])).get(personId) ?? [];
  await requireWayBackAfter(change, view, { personId, grants, isGone: true });
}

async function requireWayBackAfter(change: Change, view: WayBackView, loss: Loss): Promise<void> {
  if (!loss.grants.some(isLasting)) return;
  const state = await change.sql.selectFrom('access_state').select('active_version').executeTakeFirstOrThrow();
  const isKnown = state.active_version === view.policies.version;
  const { prepared } = isKnown ? view.policies : await loadPolicies(change.sql, state.active_version);
  try {
    const can = (personId: string, grants: readonly Grant[]) =>
      canUndo(prepared, { ...view, personId, held: held(grants) });
    // Whoever never had a way takes none with him: where policies leave none at this hour, say, that is not his doing.
    if (!can(loss.personId, loss.grants)) return;
    if (await anybody(change.sql, loss, can)) return;
  } finally {
    if (!isKnown) prepared.dispose();
  }
  throw AccessError.of(
    'grant-last-way-back',
    `no other active person has ${wayBack.join(' and ')} on the server for good`,
  );
}

function canUndo(policies: PreparedPolicies, trial: Trial): boolean {
  return wayBackRequests(trial).every((request) => policies.evaluate(request).allowed);
}

type Can = (personId: string, grants: readonly Grant[]) => boolean;

async function anybody(sql: Kysely<Database>, { personId, isGone }: Loss, can: Can): Promise<boolean> {
  const people = (await peopleToAsk(sql)).filter((id) => !isGone || id !== personId);
  for (let at = 0; at < people.length; at += limits.peopleAtOnce) {
    const grants = await serverGrants(sql, people.slice(at, at + limits.peopleAtOnce));
    for (const [id, own] of grants) if (can(id, own)) return true;
  }
  return false;
}

/** Active people with a grant on the server; first those whose role lets them change policies on a new server. */
async function peopleToAsk(sql: Kysely<Database>): Promise<readonly string[]> {
  const rows = await sql
    .selectFrom('grants')
    .innerJoin('people', 'people.id', 'grants.principal_id')
    .select('principal_id')
    .where('people.state', '=', 'active')
    .where('scope_kind', '=', 'server')
    .where('revoked_at', 'is', null)
    .where('expires_at', 'is', null)
    .groupBy('principal_id')
    .orderBy((eb) => eb.fn.min(eb.case().when('role', 'in', ['administrator', 'security']).then(0).else(1).end()))
    .limit(limits.maxPeople)
    .execute();
  return rows.map((row) => row.principal_id);
}

async function isActivePerson(sql: Kysely<Database>, personId: string): Promise<boolean> {
  const row = await sql.selectFrom('people').select('state').where('id', '=', personId).executeTakeFirst();
  return row?.state === 'active';
}

async function serverGrants(
  sql: Kysely<Database>,
  personIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Grant[]>> {
  const rows = await sql
    .selectFrom('grants')
    .selectAll()
    .where('principal_id', 'in', personIds)
    .where('scope_kind', '=', 'server')
    .where('revoked_at', 'is', null)
    .execute();
  return Map.groupBy(rows.map(grantOfRow), ({ principal }) => principal.id);
}

function held(grants: readonly Grant[]): HeldGrants {
  return { count: grants.length, byScope: new Map([[scopeKey({ kind: 'server' }), grants]]) };
}
