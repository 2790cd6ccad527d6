import type { AdmissionDecision } from '../../contract/types/registry.ts';
import type { AdmissionFacts } from './facts.ts';
import { fixOf } from './fixes.ts';
import type { AdmissionPolicy, AdmissionRule } from './policy-schema.ts';
import { preparePolicy, type PreparedRule } from './prepare-policy.ts';

/** A waiver that was given; whether it holds is asked of its times. */
export interface GivenWaiver {
  readonly id: string;
  readonly rules: readonly string[];
  readonly expiresAtMs: number;
  readonly endedAtMs: number | null;
}

export interface DecidingOptions {
  /** Of this version, and of its model as a whole. */
  readonly waivers: readonly GivenWaiver[];
  readonly policyVersion: number;
  readonly nowMs: number;
}

/** The rule that a decision names where none lets the version in. */
export const DEFAULT_RULE = 'default';
/** Characters of one reason. */
const MAX_MESSAGE = 900;

type Reason = AdmissionDecision['reasons'][number];
type Effect = Reason['effect'];

const worstFirst: readonly Effect[] = ['deny', 'review', 'convert', 'allow'];

/**
 * What a policy says about a version. Rules that allow or convert let it in, surely or not at all; without one of them the policy's default
 * stands. Rules that deny or review only add: they also apply where the facts do not tell that they do not. The worst that no waiver takes
 * the force from is the outcome. Pure and total.
 */
export function decideAdmission(
  policy: AdmissionPolicy,
  facts: AdmissionFacts,
  options: DecidingOptions,
): AdmissionDecision {
  const asked = { facts, nowMs: options.nowMs };
  const rules = preparePolicy(policy).map((prepared) => ({ ...prepared, given: prepared.ask(asked) }));
  const opening = rules.filter(({ rule, given }) => isOpening(rule) && given.holds === true);
  const duties = rules.filter((one) => one.rule.effect === 'convert' && one.askDuty(asked).holds !== false);
  const restricting = rules.filter(({ rule, given }) => !isOpening(rule) && given.holds !== false);
  const told = rules.filter((one) => [opening, duties, restricting].some((list) => list.includes(one)));
  const reasons = told.map(({ rule, given }) => reasonOf(rule, given.found(), options));
  if (opening.length === 0) reasons.push(defaultReason(policy, rules, options));
  reasons.sort((a, b) => worstFirst.indexOf(a.effect) - worstFirst.indexOf(b.effect));
  return {
    outcome: outcomeOf(reasons),
    convert: duties.length > 0,
    policyVersion: options.policyVersion,
    reasons,
  };
}

function isOpening({ effect }: AdmissionRule): boolean {
  return effect === 'allow' || effect === 'convert';
}

function outcomeOf(reasons: readonly Reason[]): AdmissionDecision['outcome'] {
  const inForce = new Set(reasons.filter(({ waiverId }) => waiverId === null).map(({ effect }) => effect));
  if (inForce.has('deny')) return 'deny';
  return inForce.has('review') ? 'review' : 'allow';
}

function reasonOf(rule: AdmissionRule, found: string, options: DecidingOptions): Reason {
  const parts = [found === '' ? (rule.why ?? 'it applies to everything') : found, rule.fix ?? fixOf(rule)];
  return {
    rule: rule.id,
    effect: rule.effect,
    message: cut(parts.filter((part) => part !== '').join('; ')),
    waiverId: waivableOf(rule) === 'never' ? null : waiverFor(rule.id, options),
  };
}

function defaultReason(
  policy: AdmissionPolicy,
  rules: readonly (PreparedRule & { readonly given: ReturnType<PreparedRule['ask']> })[],
  options: DecidingOptions,
): Reason {
  const missed = rules.filter(({ rule }) => isOpening(rule)).map(({ rule, given }) => `${rule.id}: ${given.found()}`);
  const detail = missed.length === 0 ? '' : ` (${missed.join('; ')})`;
  return {
    rule: DEFAULT_RULE,
    effect: policy.default,
    message: cut(`no rule lets it in${detail}`),
    waiverId: policy.default === 'deny' ? null : waiverFor(DEFAULT_RULE, options),
  };
}

/** Whether an approval may take the force of a rule away for a while, or must have an end. */
export function waivableOf({ effect, waiver }: Pick<AdmissionRule, 'effect' | 'waiver'>): 'never' | 'allowed' | 'required' {
  return waiver ?? (effect === 'deny' ? 'never' : 'allowed');
}

function waiverFor(rule: string, { waivers, nowMs }: DecidingOptions): string | null {
  const found = waivers.find(
    ({ rules, expiresAtMs, endedAtMs }) => rules.includes(rule) && expiresAtMs > nowMs && endedAtMs === null,
  );
  return found?.id ?? null;
}

function cut(text: string): string {
  return text.length <= MAX_MESSAGE ? text : `${text.slice(0, MAX_MESSAGE).replace(/[\ud800-\udbff]$/, '')}…`;
}
