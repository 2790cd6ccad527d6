import type { AccessDecision } from '../decision.ts';
import { grantPurposes } from '../grants/held-grants.ts';
import { ANY_PURPOSE } from './best-case.ts';
import { questionOf, type Situation } from './situation.ts';
import type { PreparedPolicies } from './prepared-policies.ts';

export type Demand = NonNullable<AccessDecision['demand']>;

interface Change {
  readonly demand: Demand;
  /** `purposes`: those that policies name. */
  readonly apply: (situation: Situation, purposes: readonly string[]) => readonly Situation[];
}

/** A passkey with user verification is two factors as well. */
export const stepUp = (situation: Situation): Situation => ({
  ...situation,
  recentlyVerified: true,
  now: { ...situation.now, level: 2 },
});

export const secondFactor = (situation: Situation): Situation => ({
  ...situation,
  now: { ...situation.now, level: 2 },
});

export const withPurpose = (situation: Situation, purpose: string): Situation => ({
  ...situation,
  now: { ...situation.now, purpose },
});

/** Purposes that could matter: those of the grants that count here, those that policies name, and any. */
export function purposesFor(situation: Situation, named: readonly string[] = []): readonly string[] {
  return [...new Set([...grantPurposes(situation.held, situation.resource), ...named, ANY_PURPOSE])];
}

const changes: readonly Change[] = [
  { demand: 'second-factor', apply: (situation) => [secondFactor(situation)] },
  { demand: 'step-up', apply: (situation) => [stepUp(situation)] },
  { demand: 'purpose', apply: named },
  // Then more is asked for when the purpose is there.
  { demand: 'purpose', apply: (situation, purposes) => named(stepUp(situation), purposes) },
];

function named(situation: Situation, purposes: readonly string[]): readonly Situation[] {
  return situation.now.purpose === ''
    ? purposesFor(situation, purposes).map((purpose) => withPurpose(situation, purpose))
    : [];
}

/** What alone is missing for a denied request, where the caller can do something about it himself. Programs have no factors. */
export function demandFor(situation: Situation, policies: PreparedPolicies): Demand | undefined {
  const isAllowed = (changed: Situation): boolean => policies.evaluate(questionOf(changed).request).allowed;
  const possible = situation.credential === 'session' ? changes : changes.slice(2, 3);
  return possible.find(({ apply }) => apply(situation, policies.named.purposes).some(isAllowed))?.demand;
}
