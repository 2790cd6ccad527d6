import type { Kysely } from 'kysely';
import type { z } from 'zod';
import type { ActionId } from '../../contract/actions.ts';
import type { PrincipalRef, Scope } from '../../contract/types/common.ts';
import type { whoCould as whoCouldSchema } from '../../contract/types/policies.ts';
import type { Database } from '../../store/tables/index.ts';
import { conditionTexts } from '../grants/conditions.ts';
import type { Grant } from '../grants/grant.ts';
import { readHeldGrants, scopesAround, weighGrants } from '../grants/held-grants.ts';
import { findPrincipals, isActive, named } from '../grants/principals.ts';
import { readResource } from '../grants/resources.ts';
import { grantsThatTookPart } from './authorizer.ts';
import { ANY_PURPOSE } from './best-case.ts';
import { activeOf, bestCases, distinct, kindsOpenToAll } from './candidates.ts';
import { type Ask, askerOf, namedBy, type PolicyDesk } from './desk.ts';
import type { Resource } from './request.ts';
import { questionOf, type Situation } from './situation.ts';

export type WhoCould = z.infer<typeof whoCouldSchema>;

/** Principals that are looked at: more than this is a list that nobody reads. */
const MAX_PRINCIPALS = 500;

export interface WhoCouldQuestion {
  readonly action: ActionId;
  readonly scope: Scope;
  readonly text?: string | undefined;
}

/**
 * Everybody who could do this, and under which conditions. Asked for are those who hold a grant there, those whom a policy names, and all where
 * it takes no role: nobody else can be allowed.
 */
export async function whoCould(desk: PolicyDesk, { action, scope, text }: WhoCouldQuestion): Promise<WhoCould> {
  const ask = await askerOf(desk, text);
  const { read } = desk.store;
  const resource = await readResource(read, scope);
  const { principals: mentioned, purposes } = await namedBy(desk, text);
  const open = await kindsOpenToAll(ask, { actions: [action], resource, purposes, nowMs: desk.clock() });
  const others = await activeOf(read, open, MAX_PRINCIPALS + 1);
  const holders = await holdersAround(read, resource);
  const { refs, complete } = distinct([...mentioned, ...holders, ...others], MAX_PRINCIPALS);
  const known = await findPrincipals(read, refs);
  const principals: WhoCould['principals'] = [];
  for (const ref of refs.filter((ref) => isActive(known, ref))) {
    const answer = await couldDo(desk, { principal: ref, action, resource, purposes, ask });
    if (answer !== null) principals.push({ principal: named(known, ref), ...answer });
  }
  return { action, scope, principals, complete };
}

async function holdersAround(read: Kysely<Database>, resource: Resource): Promise<readonly PrincipalRef[]> {
  const scopes = scopesAround(resource);
  const rows = await read
    .selectFrom('grants')
    .select(['principal_kind', 'principal_id'])
    .distinct()
    .where('revoked_at', 'is', null)
    .where((eb) =>
      eb.or(
        scopes.map((scope) =>
          eb.and([eb('scope_kind', '=', scope.kind), eb('scope_id', '=', scope.kind === 'server' ? '' : scope.id)]),
        ),
      ),
    )
    .orderBy('principal_id')
    .limit(MAX_PRINCIPALS + 1)
    .execute();
  return rows.map((row) => ({ kind: row.principal_kind, id: row.principal_id }));
}

interface Candidate {
  readonly principal: PrincipalRef;
  readonly action: ActionId;
  readonly resource: Resource;
  /** That policies name. */
  readonly purposes: readonly string[];
  readonly ask: Ask;
}

type Answer = Omit<WhoCould['principals'][number], 'principal'>;

async function couldDo(desk: PolicyDesk, candidate: Candidate): Promise<Answer | null> {
  const { principal, action, resource, purposes, ask } = candidate;
  const held = await readHeldGrants(desk.store.read, principal.id);
  const nowMs = desk.clock();
  const cases = bestCases({ principal, action, resource, held, nowMs }, purposes);
  const answers = await ask(cases.map((one) => questionOf(one).request));
  const best = cases.find((_, at) => answers[at]?.allowed === true);
  if (best === undefined) return null;
  const weaker = weakerCases(best);
  const [outcome, ...weakerOutcomes] = await ask(
    [best, ...weaker.map((one) => one.situation)].map((one) => questionOf(one).request),
  );
  if (outcome?.allowed !== true) return null;
  const needed = weaker.filter((_, at) => weakerOutcomes[at]?.allowed !== true).map(({ need }) => need);
  const took = new Set(grantsThatTookPart(outcome, weighGrants(best.held, resource, best.now)));
  const grants = [...held.byScope.values()].flat().filter(({ id }) => took.has(id));
  return {
    under: [...needed, ...conditionsOf(grants)],
    policies: [...outcome.policies],
    grants: grants.map(({ id }) => id),
  };
}

interface WeakerCase {
  readonly need: string;
  readonly situation: Situation;
}

/** Each with one thing less: where that is denied, the thing is needed. */
function weakerCases(best: Situation): readonly WeakerCase[] {
  const { now } = best;
  const need = now.purpose === ANY_PURPOSE ? 'names a purpose' : `names the purpose ${now.purpose}`;
  const purpose = { need, situation: { ...best, now: { ...now, purpose: '' } } };
  if (best.principal.kind !== 'person') return [purpose];
  return [
    { need: 'proves with a passkey who he is (step-up)', situation: { ...best, recentlyVerified: false } },
    { need: 'signs in with a second factor', situation: { ...best, now: { ...now, level: 1 } } },
    purpose,
  ];
}

/** Where one of the grants has no conditions, the others need not hold. */
function conditionsOf(grants: readonly Grant[]): readonly string[] {
  const texts = grants.map(({ conditions }) => conditionTexts(conditions).join(' and '));
  return texts.includes('') ? [] : [...new Set(texts)];
}
