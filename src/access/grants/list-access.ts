import { setImmediate } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { z } from 'zod';
import { type ActionId, actionIds } from '../../contract/actions.ts';
import type { accessRow } from '../../contract/types/policies.ts';
import type { Database } from '../../store/tables/index.ts';
import type { ActivePolicies } from '../policies/active-policies.ts';
import { bestCase } from '../policies/best-case.ts';
import { appliesTo } from '../policies/request.ts';
import { questionOf } from '../policies/situation.ts';
import { conflictsOf } from './conflicts.ts';
import { type Grant, scopeKey } from './grant.ts';
import { type HeldGrants, readHeldGrants } from './held-grants.ts';
import { findGrants, type Page } from './list-grants.ts';
import { findPrincipals, named } from './principals.ts';
import { nameScopes, readResource } from './resources.ts';
import { timeTextOrNull } from '../../contract/time-text.ts';

export type AccessRow = z.infer<typeof accessRow>;

export interface AccessFilter {
  readonly principalId?: string | undefined;
  /** Only grants that were not used for so long. */
  readonly unusedDays?: number | undefined;
  readonly limit: number;
  readonly after?: string | undefined;
}

export interface AccessListing {
  readonly read: Kysely<Database>;
  readonly policies: ActivePolicies;
  /** ms since 1970. */
  readonly nowMs: number;
}

const DAY_MS = 86_400_000;
/** Grants of one principal that are looked at for conflicts. */
const MAX_FOR_CONFLICTS = 100;

/** Who can do what, by which grant and policy, last used when: one row for each active grant. */
export async function listAccess(listing: AccessListing, filter: AccessFilter): Promise<Page<AccessRow>> {
  const { read, nowMs } = listing;
  const { unusedDays, ...meant } = filter;
  const unusedSinceMs = unusedDays === undefined ? undefined : nowMs - unusedDays * DAY_MS;
  const page = await findGrants(read, { ...meant, state: 'active', unusedSinceMs }, nowMs);
  return { items: await describeAccess(listing, page.items), next: page.next };
}

/** The same rows for grants that are known already. */
async function describeAccess(listing: AccessListing, grants: readonly Grant[]): Promise<AccessRow[]> {
  const { read } = listing;
  const principals = await findPrincipals(
    read,
    grants.map(({ principal }) => principal),
  );
  const nameScope = await nameScopes(
    read,
    grants.map(({ scope }) => scope),
  );
  const conflicts = new Map<string, readonly string[]>();
  const rows: AccessRow[] = [];
  for (const grant of grants) {
    const { principal, role, scope, id, lastUsedAtMs } = grant;
    const { actions, policies } = await allowedBy(listing, grant);
    const known = conflicts.get(principal.id) ?? (await conflictsFor(listing, principal.id));
    conflicts.set(principal.id, known);
    rows.push({
      principal: named(principals, principal),
      role,
      scope: nameScope(scope),
      grantId: id,
      actions: [...actions],
      policies: [...policies],
      lastUsedAt: timeTextOrNull(lastUsedAtMs),
      conflicts: [...known],
    });
    // A row costs a decision for each action; others come in between.
    await setImmediate();
  }
  return rows;
}

interface Allowed {
  readonly actions: readonly ActionId[];
  readonly policies: readonly string[];
}

/** What a grant allows by itself, at best: with every factor, and all of its conditions met. */
async function allowedBy({ read, policies, nowMs }: AccessListing, grant: Grant): Promise<Allowed> {
  const resource = await readResource(read, grant.scope);
  const held: HeldGrants = { count: 1, byScope: new Map([[scopeKey(grant.scope), [grant]]]) };
  const actions: ActionId[] = [];
  const deciding = new Set<string>();
  for (const action of actionIds.filter((action) => appliesTo(action, grant.scope.kind))) {
    const { request } = questionOf(bestCase({ principal: grant.principal, action, resource, held, nowMs }));
    const outcome = policies.prepared.evaluate(request);
    if (!outcome.allowed) continue;
    actions.push(action);
    for (const id of outcome.policies) deciding.add(id);
  }
  return { actions, policies: [...deciding].toSorted() };
}

async function conflictsFor(listing: AccessListing, principalId: string): Promise<readonly string[]> {
  const held = await readHeldGrants(listing.read, principalId);
  const grants = [...held.byScope.values()].flat().slice(0, MAX_FOR_CONFLICTS);
  const all = new Set<ActionId>();
  const seen = new Set<string>();
  for (const grant of grants) {
    // The same role on another model allows the same actions but for its classification, which conflicts do not depend on.
    const key = `${grant.role} ${grant.scope.kind}`;
    if (seen.has(key)) continue;
    seen.add(key);
    for (const action of (await allowedBy(listing, grant)).actions) all.add(action);
  }
  return conflictsOf(all);
}
