import type { z } from 'zod';
import type { ActionId, Role } from '../../contract/actions.ts';
import type { Scope } from '../../contract/types/common.ts';
import type { campaignRequest } from '../../contract/types/policies.ts';
import type { Store } from '../../store/store.ts';
import { activeGrantsOf } from '../grants/active-grants.ts';
import { conflictsOf } from '../grants/conflicts.ts';
import { type Grant, scopeKey } from '../grants/grant.ts';
import { findGrants } from '../grants/list-grants.ts';
import { nameScopes } from '../grants/resources.ts';
import { roleActions } from '../grants/role-actions.ts';
import type { PreparedPolicies } from '../policies/prepared-policies.ts';
import { activePeople } from '../services/directory.ts';
import { chunks } from './chunks.ts';
import { ReviewError } from './errors.ts';
import { dayMs, reviewLimits } from './limits.ts';
import type { ReviewParts } from './parts.ts';
import { type ActionsOfPrincipal, actionsByPrincipal } from './principal-actions.ts';
import { type Proposal, proposalsFor } from './proposals.ts';
import { readActs } from './recorded-actions.ts';

export type CampaignFilter = z.infer<typeof campaignRequest>['filter'];

/** A grant as it is when a campaign starts. */
export interface SnapshotRow {
  readonly grant: Grant;
  readonly scopeName: string;
  /** Whoever is reviewed by it: the person, or the owner of the service. */
  readonly subjectId: string | null;
  readonly proposals: readonly Proposal[];
}

const PAGE = 500;

/** The grants that a filter means, with what speaks for taking each away. @throws ReviewError `too-much-to-review`. */
export async function takeSnapshot(
  parts: ReviewParts,
  filter: CampaignFilter,
  nowMs: number,
): Promise<readonly SnapshotRow[]> {
  const { store, unusedDays } = parts;
  const { read } = store;
  const grants = await meantGrants(store, filter, nowMs);
  const nameScope = await nameScopes(
    read,
    grants.map(({ scope }) => scope),
  );
  const services = await serviceOwners(store, grants);
  const subjectOf = ({ principal }: Grant) =>
    principal.kind === 'person' ? principal.id : (services.get(principal.id)?.ownerId ?? null);
  const active = await activePeople(
    read,
    grants.flatMap((grant) => subjectOf(grant) ?? []),
  );
  const acts = await readActs(read, nowMs - unusedDays * dayMs);
  const { prepared } = await parts.policies();
  const allowed = allowedActions(prepared, nowMs);
  const conflicts = await conflictsByPrincipal(parts.store, {
    grants,
    actionsOf: actionsByPrincipal(prepared, nowMs),
    nowMs,
  });
  return grants.map((grant) => {
    const subjectId = subjectOf(grant);
    const facts = {
      role: grant.role,
      givenAt: grant.createdAtMs,
      lastUsedAt: grant.lastUsedAtMs,
      conflicts: conflicts.get(grant.principal.id) ?? [],
      orphaned: orphanedWhy(grant, services.get(grant.principal.id), active.has(subjectId ?? '')),
      acts: acts.get(grant.principal.id) ?? new Set(),
    };
    const allowedBy = (role: Role) => allowed(role, grant.scope.kind);
    return {
      grant,
      scopeName: nameScope(grant.scope).name,
      subjectId,
      proposals: proposalsFor(facts, { nowMs, unusedDays, allowedBy }),
    };
  });
}

async function meantGrants({ read }: Store, filter: CampaignFilter, nowMs: number): Promise<readonly Grant[]> {
  const grants: Grant[] = [];
  let after: string | undefined;
  do {
    const page = await findGrants(read, { state: 'active', limit: PAGE, after }, nowMs);
    grants.push(...page.items.filter((grant) => isMeant(grant, filter, nowMs)));
    if (grants.length > reviewLimits.maxItems) {
      throw ReviewError.of('too-much-to-review', `${reviewLimits.maxItems} are allowed`);
    }
    after = page.next ?? undefined;
  } while (after !== undefined);
  return grants;
}

function isMeant(grant: Grant, { roles, scopes, principals, unusedDays }: CampaignFilter, nowMs: number): boolean {
  const { role, scope, principal, createdAtMs, lastUsedAtMs } = grant;
  return (
    (roles === undefined || roles.includes(role)) &&
    (scopes === undefined || scopes.some((one) => scopeKey(one) === scopeKey(scope))) &&
    (principals === undefined || principals.some(({ id }) => id === principal.id)) &&
    (unusedDays === undefined || nowMs - (lastUsedAtMs ?? createdAtMs) >= unusedDays * dayMs)
  );
}

interface ServiceFacts {
  readonly ownerId: string;
  readonly isActive: boolean;
}

async function serviceOwners({ read }: Store, grants: readonly Grant[]): Promise<ReadonlyMap<string, ServiceFacts>> {
  const owners = new Map<string, ServiceFacts>();
  const ids = grants.filter(({ principal }) => principal.kind === 'service').map(({ principal }) => principal.id);
  for (const some of chunks([...new Set(ids)])) {
    const found = await read
      .selectFrom('services')
      .select(['id', 'owner_id', 'state'])
      .where('id', 'in', some)
      .execute();
    for (const { id, owner_id: ownerId, state } of found) owners.set(id, { ownerId, isActive: state === 'active' });
  }
  return owners;
}

function orphanedWhy({ principal }: Grant, service: ServiceFacts | undefined, isSubjectActive: boolean): string | null {
  if (principal.kind === 'person') return isSubjectActive ? null : 'the account of the person is not active';
  if (service?.isActive !== true) return 'the service is disabled';
  return isSubjectActive ? null : 'the account of the owner of the service is not active';
}

type AllowedActions = (role: Role, kind: Scope['kind']) => ReadonlySet<ActionId>;

/** What roles allow in each kind of place, asked once. */
function allowedActions(policies: PreparedPolicies, nowMs: number): AllowedActions {
  const known = new Map<string, ReadonlySet<ActionId>>();
  return (role, kind) => {
    const key = `${role} ${kind}`;
    const actions = known.get(key) ?? roleActions(policies, role, kind, nowMs);
    known.set(key, actions);
    return actions;
  };
}

interface Holding {
  readonly grants: readonly Grant[];
  readonly actionsOf: ActionsOfPrincipal;
  readonly nowMs: number;
}

/** Separation of duties is broken by all grants of a principal together, those that the campaign is not about too. */
async function conflictsByPrincipal(
  { read }: Store,
  { grants, actionsOf, nowMs }: Holding,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const principals = new Map(grants.map(({ principal }) => [principal.id, principal]));
  const held = await activeGrantsOf(read, [...principals.keys()], nowMs);
  return new Map(
    [...principals.values()].map((principal) => [
      principal.id,
      conflictsOf(actionsOf(principal, held.get(principal.id) ?? [])),
    ]),
  );
}
