import type { Kysely } from 'kysely';
import type { z } from 'zod';
import { type ActionId, actionIds } from '../../contract/actions.ts';
import type { PrincipalRef, Scope } from '../../contract/types/common.ts';
import type { policyImpact } from '../../contract/types/policies.ts';
import type { Database } from '../../store/tables/index.ts';
import { type HeldGrants, readHeldGrants } from '../grants/held-grants.ts';
import { findPrincipals, isActive, named } from '../grants/principals.ts';
import { readResource, serverResource } from '../grants/resources.ts';
import { activeOf, bestCases, type Candidates, distinct, kindsOpenToAll } from './candidates.ts';
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
  const allPurposes = [...new Set(mentioned.flatMap((one) => one.purposes))];
  const purposes = allPurposes.slice(0, limits.maxPurposes);
  const open = await openToAll(desk, text, purposes);
  const candidates = distinct(
    [
      ...mentioned.flatMap((one) => one.principals),
      ...(await holders(read)),
      ...(await activeOf(read, open, limits.maxPrincipals + 1)),
    ],
    limits.maxPrincipals,
  );
  const { changes, complete } = await changesOf(desk, candidates, { text, purposes });
  return {
    examined: candidates.refs.length,
    changes,
    complete: complete && candidates.complete && purposes.length === allPurposes.length,
  };
}

interface Compared {
  readonly changes: PolicyImpact['changes'];
  readonly complete: boolean;
}

async function changesOf(
  desk: PolicyDesk,
  { refs }: Candidates,
  examining: Omit<Examining, 'principal'>,
): Promise<Compared> {
  const known = await findPrincipals(desk.store.read, refs);
  const changes: PolicyImpact['changes'] = [];
  let complete = true;
  for (const ref of refs.filter((ref) => isActive(known, ref))) {
    const held = await readHeldGrants(desk.store.read, ref.id);
    const scopes = scopesOf(held);
    const pairs = await pairsFor(desk, {
      ...examining,
      principal: ref,
      held,
      scopes: scopes.slice(0, limits.maxScopes),
    });
    const found = await changesFor(desk, examining.text, pairs);
    complete &&= scopes.length <= limits.maxScopes;
    changes.push(...found.map((change) => ({ principal: named(known, ref), ...change })));
  }
  return {
    changes: changes.slice(0, limits.maxChanges),
    complete: complete && changes.length <= limits.maxChanges,
  };
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
    .limit(limits.maxPrincipals + 1)
    .execute();
  return rows.map((row) => ({ kind: row.principal_kind, id: row.principal_id }));
}

type Changed = Omit<PolicyImpact['changes'][number], 'principal'>;

interface Examining {
  readonly principal: PrincipalRef;
  readonly text: string;
  readonly purposes: readonly string[];
}

async function changesFor(desk: PolicyDesk, text: string, pairs: readonly Pair[]): Promise<readonly Changed[]> {
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

interface Places extends Examining {
  readonly held: HeldGrants;
  readonly scopes: readonly Scope[];
}

async function pairsFor({ store, clock }: PolicyDesk, places: Places): Promise<readonly Pair[]> {
  const { principal, purposes, held, scopes } = places;
  const pairs: Pair[] = [];
  for (const scope of scopes) {
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
