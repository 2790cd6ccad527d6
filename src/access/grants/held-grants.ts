import type { Kysely } from 'kysely';
import type { Role } from '../../contract/actions.ts';
import type { Scope } from '../../contract/types/common.ts';
import type { Database } from '../../store/tables/index.ts';
import type { Resource } from '../policies/request.ts';
import { type Circumstances, unmetConditions } from './conditions.ts';
import { type Grant, grantOfRow, grantStateAt, scopeKey } from './grant.ts';

/** Grants of one principal that were not taken away, by where they were given. */
export interface HeldGrants {
  readonly count: number;
  readonly byScope: ReadonlyMap<string, readonly Grant[]>;
}

/** Grants that one principal may hold: what a decision looks at stays small whatever the number. */
export const grantLimits = {
  maxPerScope: 32,
  maxPerPrincipal: 20_000,
} as const;

type Reader = Pick<Kysely<Database>, 'selectFrom'>;

export async function readHeldGrants(read: Reader, principalId: string): Promise<HeldGrants> {
  const rows = await read
    .selectFrom('grants')
    .selectAll()
    .where('principal_id', '=', principalId)
    .where('revoked_at', 'is', null)
    .orderBy('id')
    .limit(grantLimits.maxPerPrincipal)
    .execute();
  const grants = rows.map(grantOfRow);
  return { count: grants.length, byScope: Map.groupBy(grants, ({ scope }) => scopeKey(scope)) };
}

/** Where a grant counts for a resource: on it, and on whatever contains it. From the narrowest to the widest. */
export function scopesAround({ scope, projectId }: Resource): readonly Scope[] {
  const server: Scope = { kind: 'server' };
  if (scope.kind === 'server') return [server];
  if (scope.kind === 'project' || projectId === null) return [scope, server];
  return [scope, { kind: 'project', id: projectId }, server];
}

/** A grant that counts for the resource, and why it does not hold now; null: it holds. */
export interface WeighedGrant {
  readonly grant: Grant;
  readonly unmet: string | null;
}

export function weighGrants(held: HeldGrants, resource: Resource, now: Circumstances): readonly WeighedGrant[] {
  return scopesAround(resource).flatMap((scope) =>
    (held.byScope.get(scopeKey(scope)) ?? []).map((grant) => ({ grant, unmet: unmetReason(grant, now) })),
  );
}

function unmetReason(grant: Grant, now: Circumstances): string | null {
  if (grantStateAt(grant, now.atMs) !== 'active') return 'it has expired';
  const unmet = unmetConditions(grant.conditions, now);
  return unmet.length === 0 ? null : unmet.map(({ why }) => why).join('; ');
}

export function rolesOf(weighed: readonly WeighedGrant[]): readonly Role[] {
  const held = weighed.filter(({ unmet }) => unmet === null).map(({ grant }) => grant.role);
  return [...new Set(held)].toSorted();
}

/** Purposes that grants ask for which count for the resource. */
export function grantPurposes(held: HeldGrants, resource: Resource): readonly string[] {
  const grants = scopesAround(resource).flatMap((scope) => held.byScope.get(scopeKey(scope)) ?? []);
  return [...new Set(grants.flatMap(({ conditions }) => conditions.purposes ?? []))];
}
