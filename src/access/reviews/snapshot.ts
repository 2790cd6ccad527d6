import type { z } from 'zod';
import { type ActionId, type Role, roles as allRoles } from '../../contract/actions.ts';
import type { Scope } from '../../contract/types/common.ts';
import type { campaignRequest } from '../../contract/types/policies.ts';
import type { Store } from '../../store/store.ts';
import { type Grant, scopeKey } from '../grants/grant.ts';
import { describeAccess } from '../grants/list-access.ts';
import { findGrants } from '../grants/list-grants.ts';
import { roleActions } from '../grants/role-actions.ts';
import type { PreparedPolicies } from '../policies/prepared-policies.ts';
import { findPeople, type PersonFacts } from '../services/directory.ts';
import { chunks } from './chunks.ts';
import { ReviewError } from './errors.ts';
import { dayMs, reviewLimits } from './limits.ts';
import type { ReviewParts } from './parts.ts';
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
  const listing = { read, policies: await parts.policies(), nowMs };
  const rows = new Map((await describeAccess(listing, grants)).map((row) => [row.grantId, row]));
  const services = await serviceOwners(store, grants);
  const subjectOf = ({ principal }: Grant) =>
    principal.kind === 'person' ? principal.id : (services.get(principal.id)?.ownerId ?? null);
  const people = await findPeople(
    read,
    grants.flatMap((grant) => subjectOf(grant) ?? []),
  );
  const acts = await readActs(read, nowMs - unusedDays * dayMs);
  const allowed = allowedActions(listing.policies.prepared, grants, nowMs);
  return grants.map((grant) => {
    const subjectId = subjectOf(grant);
    const facts = {
      role: grant.role,
      givenAt: grant.createdAtMs,
      lastUsedAt: grant.lastUsedAtMs,
      conflicts: rows.get(grant.id)?.conflicts ?? [],
      orphaned: orphanedWhy(grant, services.get(grant.principal.id), people.get(subjectId ?? '')),
      acts: acts.get(grant.principal.id) ?? new Set(),
    };
    const allowedBy = (role: Role) => allowed(role, grant.scope.kind);
    return {
      grant,
      scopeName: rows.get(grant.id)?.scope.name ?? '',
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

function orphanedWhy(
  { principal }: Grant,
  service: ServiceFacts | undefined,
  subject: PersonFacts | undefined,
): string | null {
  if (principal.kind === 'person') return subject?.isActive === true ? null : 'the account of the person is not active';
  if (service?.isActive !== true) return 'the service is disabled';
  return subject?.isActive === true ? null : 'the account of the owner of the service is not active';
}

/** What roles allow in each kind of place that occurs, asked once. */
function allowedActions(policies: PreparedPolicies, grants: readonly Grant[], nowMs: number) {
  const known = new Map<string, ReadonlySet<ActionId>>();
  for (const kind of new Set(grants.map(({ scope }) => scope.kind))) {
    for (const role of allRoles) known.set(`${role} ${kind}`, roleActions(policies, role, kind, nowMs));
  }
  return (role: Role, kind: Scope['kind']): ReadonlySet<ActionId> => known.get(`${role} ${kind}`) ?? new Set();
}
