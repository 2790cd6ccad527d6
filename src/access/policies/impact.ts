import type { Kysely } from 'kysely';
import type { z } from 'zod';
import { type ActionId, actionIds } from '../../contract/actions.ts';
import type { PrincipalRef, Scope } from '../../contract/types/common.ts';
import type { policyImpact } from '../../contract/types/policies.ts';
import type { Database } from '../../store/tables/index.ts';
import { type HeldGrants, readHeldGrants } from '../grants/held-grants.ts';
import { findPrincipals, isActive, named } from '../grants/principals.ts';
import { readResource } from '../grants/resources.ts';
import { bestCase } from './best-case.ts';
import type { PolicyDesk } from './desk.ts';
import { appliesTo, type PolicyRequest } from './request.ts';
import { questionOf, type Situation } from './situation.ts';

export type PolicyImpact = z.infer<typeof policyImpact>;

const limits = {
  maxPrincipals: 200,
  /** Places of one principal's grants. */
  maxScopes: 10,
  maxChanges: 500,
} as const;

/** One question, asked at best and on an ordinary day. */
interface Pair {
  readonly principal: PrincipalRef;
  readonly action: ActionId;
  readonly scope: Scope;
  readonly requests: readonly PolicyRequest[];
}

/**
 * Who would gain and who would lose, of those who hold grants now: each action at each place where they hold one. Asked twice: at best, and
 * without step-up and purpose, so that a new demand shows as a loss.
 * @throws AccessError `policy-invalid`, `policy-examination-failed`.
 */
export async function impactOf(desk: PolicyDesk, text: string): Promise<PolicyImpact> {
  const { read } = desk.store;
  const refs = await holders(read);
  const known = await findPrincipals(read, refs);
  const changes: PolicyImpact['changes'] = [];
  for (const principal of refs.filter((ref) => isActive(known, ref))) {
    for (const { scope, action, before, after } of await changesFor(desk, principal, text)) {
      if (changes.length < limits.maxChanges) {
        changes.push({ principal: named(known, principal), action, scope, before, after });
      }
    }
  }
  return { examined: refs.length, changes };
}

async function holders(read: Kysely<Database>): Promise<readonly PrincipalRef[]> {
  const rows = await read
    .selectFrom('grants')
    .select(['principal_kind', 'principal_id'])
    .distinct()
    .where('revoked_at', 'is', null)
    .orderBy('principal_id')
    .limit(limits.maxPrincipals)
    .execute();
  return rows.map((row) => ({ kind: row.principal_kind, id: row.principal_id }));
}

type Changed = Omit<PolicyImpact['changes'][number], 'principal'>;

async function changesFor(desk: PolicyDesk, principal: PrincipalRef, text: string): Promise<readonly Changed[]> {
  const pairs = await pairsFor(desk, principal);
  const requests = pairs.flatMap((pair) => pair.requests);
  const old = await desk.examiner.evaluate(desk.records.policies.text, requests);
  const proposed = await desk.examiner.evaluate(text, requests);
  let at = 0;
  return pairs.flatMap(({ action, scope, requests }): Changed[] => {
    const places = requests.map((_, offset) => at + offset);
    at += requests.length;
    const differs = places.find((place) => old[place]?.allowed !== proposed[place]?.allowed);
    if (differs === undefined) return [];
    const wasAllowed = old[differs]?.allowed === true;
    return [{ action, scope, before: wasAllowed ? 'allow' : 'deny', after: wasAllowed ? 'deny' : 'allow' }];
  });
}

async function pairsFor({ store, clock }: PolicyDesk, principal: PrincipalRef): Promise<readonly Pair[]> {
  const held = await readHeldGrants(store.read, principal.id);
  const pairs: Pair[] = [];
  for (const scope of scopesOf(held).slice(0, limits.maxScopes)) {
    const resource = await readResource(store.read, scope);
    for (const action of actionIds.filter((action) => appliesTo(action, scope.kind))) {
      const best = bestCase({ principal, action, resource, held, nowMs: clock() });
      const requests = [best, ordinary(best)].map((situation) => questionOf(situation).request);
      pairs.push({ principal, action, scope, requests });
    }
  }
  return pairs;
}

function scopesOf({ byScope }: HeldGrants): readonly Scope[] {
  return [...byScope.values()].flatMap(([grant]) => (grant === undefined ? [] : [grant.scope]));
}

function ordinary(best: Situation): Situation {
  return { ...best, recentlyVerified: false, now: { ...best.now, purpose: '' } };
}
