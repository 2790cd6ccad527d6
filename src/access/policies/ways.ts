import { type Role, roles } from '../../contract/actions.ts';
import type { Scope } from '../../contract/types/common.ts';
import type { Grant } from '../grants/grant.ts';
import { scopeKey } from '../grants/grant.ts';
import { conditionTexts, unmetConditions } from '../grants/conditions.ts';
import { imaginedGrant } from '../grants/role-actions.ts';
import { type HeldGrants, scopesAround, weighGrants } from '../grants/held-grants.ts';
import { purposesFor, secondFactor, stepUp, withPurpose } from './demand.ts';
import type { Ask } from './desk.ts';
import { roleAt } from './sentences.ts';
import { questionOf, type Situation } from './situation.ts';

/** One thing that could be otherwise. */
interface Step {
  readonly text: string;
  /** Steps of one sort exclude each other: nobody needs two roles, or two purposes. */
  readonly sort: 'factor' | 'purpose' | 'role';
  readonly apply: (situation: Situation) => Situation;
}

/** Ways that are told; longer lists help nobody. */
const MAX_WAYS = 8;
const MAX_STEPS_IN_WAY = 3;
/** Grants and purposes beyond these are not tried: the number of combinations stays below a thousand. */
const MAX_HELD = 20;
const MAX_PURPOSES = 8;

/** The shortest ways to make a denied request allowed, the least powerful roles first. Tries every combination of the steps there are. */
export async function findWays(situation: Situation, ask: Ask, purposes: readonly string[] = []): Promise<string[]> {
  const steps = stepsFor(situation, purposes);
  const found: (readonly Step[])[] = [];
  for (let length = 1; length <= MAX_STEPS_IN_WAY && found.length < MAX_WAYS; length++) {
    const ways = combinations(steps, length).filter((way) => !found.some((shorter) => contains(way, shorter)));
    const outcomes = await ask(ways.map((way) => questionOf(applied(way, situation)).request));
    found.push(...ways.filter((_, at) => outcomes[at]?.allowed === true));
  }
  return found.slice(0, MAX_WAYS).map((way) => way.map(({ text }) => text).join(', and '));
}

function applied(way: readonly Step[], situation: Situation): Situation {
  return way.reduce((changed, { apply }) => apply(changed), situation);
}

function contains(way: readonly Step[], shorter: readonly Step[]): boolean {
  return shorter.every((step) => way.includes(step));
}

/** In the order of the steps, at most one of each sort. */
function combinations(steps: readonly Step[], length: number): readonly (readonly Step[])[] {
  if (length === 0) return [[]];
  return steps.flatMap((first, at) => {
    const others = steps.slice(at + 1).filter(({ sort }) => sort !== first.sort);
    return combinations(others, length - 1).map((rest) => [first, ...rest]);
  });
}

function stepsFor(situation: Situation, purposes: readonly string[]): readonly Step[] {
  return [
    ...factorSteps(situation),
    ...purposeSteps(situation, purposes),
    ...heldSteps(situation),
    ...roleSteps(situation),
  ];
}

/** Programs have no factors. */
function factorSteps({ principal, now, recentlyVerified }: Situation): readonly Step[] {
  if (principal.kind !== 'person') return [];
  const steps: Step[] = [];
  if (now.level < 2) steps.push({ sort: 'factor', text: 'sign in with a second factor', apply: secondFactor });
  if (!recentlyVerified) {
    steps.push({ sort: 'factor', text: 'prove with a passkey who he is (step-up)', apply: stepUp });
  }
  return steps;
}

function purposeSteps(situation: Situation, purposes: readonly string[]): readonly Step[] {
  if (situation.now.purpose !== '') return [];
  return purposesFor(situation, purposes)
    .slice(-MAX_PURPOSES)
    .map((purpose) => ({
      sort: 'purpose',
      text: purpose === 'any' ? 'name a purpose' : `name the purpose ${purpose}`,
      apply: (changed) => withPurpose(changed, purpose),
    }));
}

/** A grant that he has already, but whose conditions are not met or which has expired. */
function heldSteps(situation: Situation): readonly Step[] {
  const missed = weighGrants(situation.held, situation.resource, situation.now).filter(
    ({ grant, unmet }) => unmet !== null && !isTooSensitive(grant, situation),
  );
  return missed.slice(0, MAX_HELD).map(({ grant, unmet }) => ({
    sort: 'role',
    text:
      unmet === 'it has expired'
        ? `renew his grant as ${roleAt(grant.role, grant.scope)}`
        : `use his grant as ${roleAt(grant.role, grant.scope)} ${conditionTexts(grant.conditions).join(' and ')}`,
    apply: (changed) => ({ ...changed, held: withGrant(changed.held, grant.role, grant.scope) }),
  }));
}

/** Nobody can choose how sensitive a thing is. */
function isTooSensitive({ conditions }: Grant, { now }: Situation): boolean {
  return unmetConditions(conditions, now).some(({ kind }) => kind === 'maxClassification');
}

/** From the least powerful role and the narrowest scope on. */
function roleSteps(situation: Situation): readonly Step[] {
  const { principal, resource } = situation;
  const possible = roles.toReversed().filter((role) => role !== 'service' || principal.kind === 'service');
  return possible.flatMap((role) =>
    scopesAround(resource).map(
      (scope): Step => ({
        sort: 'role',
        text: `be given the role ${roleAt(role, scope)}`,
        apply: (changed) => ({ ...changed, held: withGrant(changed.held, role, scope) }),
      }),
    ),
  );
}

function withGrant(held: HeldGrants, role: Role, scope: Scope): HeldGrants {
  const key = scopeKey(scope);
  const there = [...(held.byScope.get(key) ?? []), imaginedGrant(role, scope)];
  return { count: held.count + 1, byScope: new Map(held.byScope).set(key, there) };
}
