import { type Role, roles } from '../../contract/actions.ts';
import type { PrincipalRef, Scope } from '../../contract/types/common.ts';
import type { Conditions } from '../../contract/types/people.ts';
import { newId } from '../../store/new-id.ts';
import type { Change } from '../../store/store.ts';
import type { Caller } from '../caller.ts';
import { AccessError } from '../policies/errors.ts';
import { circumstancesOf } from '../policies/situation.ts';
import { nextEpoch } from './access-epoch.ts';
import { isTimeZone } from './conditions.ts';
import type { Grant } from './grant.ts';
import { grantLimits, readHeldGrants, rolesOf, weighGrants } from './held-grants.ts';
import { isWithin } from './own-bounds.ts';
import { findPrincipals } from './principals.ts';
import { readResource, scopeExists } from './resources.ts';
import { recordGrant } from './grant-entries.ts';
import { timeText } from '../../contract/time-text.ts';

export interface GrantDraft {
  readonly principal: PrincipalRef;
  readonly role: Role;
  readonly scope: Scope;
  readonly conditions?: Conditions;
  readonly reason: string;
  readonly expiresAtMs?: number | null;
}

/**
 * Gives a grant as the server itself: the first administrator, and nobody else but who checked before. Records it.
 * @throws AccessError `principal-unknown`, `scope-unknown`, `grant-limit`, `grant-expiry`, `grant-conditions`.
 */
export async function giveGrant(change: Change, draft: GrantDraft, atMs: number): Promise<Grant> {
  return give(change, { draft, givenBy: null, atMs });
}

/**
 * Gives a grant on behalf of a caller who was allowed `grants.give` on the scope: nobody gives himself one, and nobody one that is above
 * the roles that he holds there, or that outlasts them or holds where they do not: whoever is administrator for a day would else give
 * a second account of his, or a service of his, the same for ever.
 * @throws AccessError as `giveGrant`, and `grant-to-oneself`, `grant-above-own-role`, `grant-beyond-own`.
 */
export async function giveGrantAs(
  change: Change,
  caller: Caller,
  { draft, atMs }: { readonly draft: GrantDraft; readonly atMs: number },
): Promise<Grant> {
  const giver = caller.principal;
  if (giver === null || giver.id === draft.principal.id) {
    throw AccessError.of('grant-to-oneself', 'the grant would be for yourself');
  }
  await nextEpoch(change);
  const own = await requireRank(change, caller, { role: draft.role, scope: draft.scope, atMs });
  requireWithinOwn(draft, own);
  return give(change, { draft, givenBy: giver, atMs });
}

function requireWithinOwn({ role, conditions = {}, expiresAtMs = null }: GrantDraft, own: readonly Grant[]): void {
  if (own.some((grant) => isWithin({ role, conditions, expiresAtMs }, grant))) return;
  throw AccessError.of('grant-beyond-own', 'each of your roles there that is as great has an end or conditions');
}

/**
 * Nobody gives or takes a role that is above his own. Answers with the grants of the caller that hold there now.
 * @throws AccessError `grant-above-own-role`.
 */
export async function requireRank(
  change: Change,
  caller: Caller,
  { role, scope, atMs }: { readonly role: Role; readonly scope: Scope; readonly atMs: number },
): Promise<readonly Grant[]> {
  const resource = await readResource(change.sql, scope);
  const held = await readHeldGrants(change.sql, caller.principal?.id ?? '');
  const weighed = weighGrants(held, resource, circumstancesOf(caller, resource, atMs));
  const own = rolesOf(weighed);
  const best = Math.min(...own.map((name) => roles.indexOf(name)));
  if (best > roles.indexOf(role)) {
    const has = own.length === 0 ? 'none' : own.join(', ');
    throw AccessError.of('grant-above-own-role', `expected ${role} or a greater role there, you hold ${has}`);
  }
  return weighed.filter(({ unmet }) => unmet === null).map(({ grant }) => grant);
}

interface Giving {
  readonly draft: GrantDraft;
  readonly givenBy: PrincipalRef | null;
  readonly atMs: number;
}

async function give(change: Change, { draft, givenBy, atMs }: Giving): Promise<Grant> {
  const { principal, role, scope, conditions = {}, reason, expiresAtMs = null } = draft;
  requireSense(conditions, expiresAtMs, atMs);
  const epoch = await nextEpoch(change);
  await requireGivable(change, principal, scope);
  const grant: Grant = {
    id: newId('grant', atMs),
    principal,
    role,
    scope,
    conditions,
    reason,
    givenBy,
    createdAtMs: atMs,
    expiresAtMs,
    revokedAtMs: null,
    lastUsedAtMs: null,
  };
  await change.sql
    .insertInto('grants')
    .values({
      id: grant.id,
      principal_kind: principal.kind,
      principal_id: principal.id,
      role,
      scope_kind: scope.kind,
      scope_id: scope.kind === 'server' ? '' : scope.id,
      conditions: JSON.stringify(conditions),
      reason,
      given_by_kind: givenBy?.kind ?? null,
      given_by_id: givenBy?.id ?? null,
      created_at: atMs,
      expires_at: expiresAtMs,
      revoked_at: null,
      last_used_at: null,
      changed_epoch: epoch,
    })
    .execute();
  recordGrant(change, { activity: 'grant.give', actor: givenBy, grant, reason });
  return grant;
}

/** A grant that could never hold is a mistake of whoever wrote it. */
function requireSense(conditions: Conditions, expiresAtMs: number | null, atMs: number): void {
  if (expiresAtMs !== null && expiresAtMs <= atMs) {
    throw AccessError.of('grant-expiry', `it would end at ${timeText(expiresAtMs)}, which is past`);
  }
  const { hours } = conditions;
  if (hours === undefined) return;
  if (!isTimeZone(hours.timeZone)) {
    throw AccessError.of('grant-conditions', `expected a time zone such as Europe/Berlin, found ${hours.timeZone}`);
  }
  if (hours.fromMinute === hours.toMinute) throw AccessError.of('grant-conditions', 'the hours end when they begin');
}

async function requireGivable({ sql }: Change, principal: PrincipalRef, scope: Scope): Promise<void> {
  const known = (await findPrincipals(sql, [principal])).get(principal.id);
  if (known === undefined || known.state === 'erased') {
    throw AccessError.of('principal-unknown', `there is no ${principal.kind} ${principal.id}`);
  }
  if (!(await scopeExists(sql, scope))) throw AccessError.of('scope-unknown', `there is no ${scope.kind} with this id`);
  const held = sql
    .selectFrom('grants')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('principal_id', '=', principal.id)
    .where('revoked_at', 'is', null);
  const all = await held.executeTakeFirstOrThrow();
  requireBelow(all.count, grantLimits.maxPerPrincipal, 'in all');
  const here = await held
    .where('scope_kind', '=', scope.kind)
    .where('scope_id', '=', scope.kind === 'server' ? '' : scope.id)
    .executeTakeFirstOrThrow();
  requireBelow(here.count, grantLimits.maxPerScope, 'there');
}

function requireBelow(count: number, allowed: number, where: string): void {
  if (count >= allowed) throw AccessError.of('grant-limit', `at most ${allowed} grants ${where}`);
}
