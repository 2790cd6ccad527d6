import type { Kysely } from 'kysely';
import type { z } from 'zod';
import { type ActionId, actionIds } from '../../contract/actions.ts';
import type { PrincipalRef, Scope } from '../../contract/types/common.ts';
import type { policyImpact } from '../../contract/types/policies.ts';
import type { Database } from '../../store/tables/index.ts';
import { type HeldGrants, readHeldGrants } from '../grants/held-grants.ts';
import { findPrincipals, isActive, named } from '../grants/principals.ts';
import { readResource, serverResource } from '../grants/resources.ts';
import { activeOf, bestCases, distinct, kindsOpenToAll } from './candidates.ts';
import { askerOf, type PolicyDesk } from './desk.ts';
import { appliesTo, type PolicyRequest } from './request.ts';
import { questionOf, type Situation } from './situation.ts';

export type PolicyImpact = z.infer<typeof policyImpact>;

const limits = {
  maxPrincipals: 200,
  /** Places of one principal's grants. */
  maxScopes: 10,
  maxChanges: 500,
  maxPurposes: 4,
} as const;

/** One question, asked at best and on an ordinary day. */
interface Pair {
  readonly principal: PrincipalRef;
  readonly action: ActionId;
  readonly scope: Scope;
  readonly requests: readonly PolicyRequest[];
}

/**
 * Who would gain and who would lose: those whom either version names, those who hold grants now, and all where either asks for no role. Each
 * action at each place where they hold a grant, or on the server. Asked at best, with each purpose that is named, and without step-up and
 * purpose, so that a new demand shows as a loss.
 * @throws AccessError `policy-invalid`, `policy-examination-failed`.
 */
export async function impactOf(desk: PolicyDesk, text: string): Promise<PolicyImpact> {
  const { read } = desk.store;
  const mentioned = [desk.records.policies.prepared.named, await desk.examiner.named(text)];
  const purposes = [...new Set(mentioned.flatMap((one) => one.purposes))].slice(0, limits.maxPurposes);
  const open = await openToAll(desk, text, purposes);
  const refs = distinct(
    [
      ...mentioned.flatMap((one) => one.principals),
      ...(await holders(read)),
      ...(await activeOf(read, open, limits.maxPrincipals)),
    ],
    limits.maxPrincipals,
  );
  const known = await findPrincipals(read, refs);
  const changes: PolicyImpact['changes'] = [];
  for (const principal of refs.filter((ref) => isActive(known, ref))) {
    for (const { scope, action, before, after } of await changesFor(desk, { principal, text, purposes })) {
      if (changes.length < limits.maxChanges) {
        changes.push({ principal: named(known, principal), action, scope, before, after });
      }
    }
  }
  return { examined: refs.length, changes };
}

/** Kinds of which all can do something without a role, in one of the two versions. */
async function openToAll(desk: PolicyDesk, text: string, purposes: readonly string[]) {
  const question = { actions: actionIds, resource: serverResource, purposes, nowMs: desk.clock() };
  const before = await kindsOpenToAll(await askerOf(desk, undefined), question);
  const after = await kindsOpenToAll(await askerOf(desk, text), question);
  return [...new Set([...before, ...after])];
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

interface Examining {
  readonly principal: PrincipalRef;
  readonly text: string;
  readonly purposes: readonly string[];
}

async function changesFor(desk: PolicyDesk, examining: Examining): Promise<readonly Changed[]> {
  const { text } = examining;
  const pairs = await pairsFor(desk, examining);
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

async function pairsFor({ store, clock }: PolicyDesk, { principal, purposes }: Examining): Promise<readonly Pair[]> {
  const held = await readHeldGrants(store.read, principal.id);
  const pairs: Pair[] = [];
  for (const scope of scopesOf(held).slice(0, limits.maxScopes)) {
    const resource = await readResource(store.read, scope);
    for (const action of actionIds.filter((action) => appliesTo(action, scope.kind))) {
      const best = bestCases({ principal, action, resource, held, nowMs: clock() }, purposes);
      const requests = [...best, ...best.slice(0, 1).map(ordinary)].map((situation) => questionOf(situation).request);
      pairs.push({ principal, action, scope, requests });
    }
  }
  return pairs;
}

function scopesOf({ byScope }: HeldGrants): readonly Scope[] {
  if (byScope.size === 0) return [{ kind: 'server' }];
  return [...byScope.values()].flatMap(([grant]) => (grant === undefined ? [] : [grant.scope]));
}

function ordinary(best: Situation): Situation {
  return { ...best, recentlyVerified: false, now: { ...best.now, purpose: '' } };
}
