import type { AdmissionDecision } from '../../contract/types/registry.ts';
import type { Asked } from './conditions/answer.ts';
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
  const answers = preparePolicy(policy).map((prepared) => waivedOr(answerOf(prepared, asked), options));
  const reasons = answers.flatMap(({ rule, applies, found }) => (applies ? [reasonOf(rule, found(), options)] : []));
  if (!answers.some(({ opens }) => opens)) reasons.push(defaultReason(policy, answers, options));
  reasons.sort((a, b) => worstFirst.indexOf(a.effect) - worstFirst.indexOf(b.effect));
  return {
    outcome: outcomeOf(reasons),
    convert: answers.some(({ converts }) => converts),
    policyVersion: options.policyVersion,
    reasons,
  };
}

interface RuleAnswer {
  readonly rule: AdmissionRule;
  /** It surely lets the version in. */
  readonly opens: boolean;
  readonly converts: boolean;
  /** It is a reason of the decision. */
  readonly applies: boolean;
  readonly found: () => string;
}

function answerOf({ rule, ask, askDuty }: PreparedRule, asked: Asked): RuleAnswer {
  const { holds, found } = ask(asked);
  if (!isOpening(rule)) return { rule, opens: false, converts: false, applies: holds !== false, found };
  const opens = holds === true;
  if (rule.effect === 'allow' || opens)
    return { rule, opens, converts: rule.effect === 'convert', applies: opens, found };
  const duty = askDuty(asked);
  const converts = duty.holds !== false;
  return { rule, opens, converts, applies: converts, found: converts ? duty.found : found };
}

/** What a waiver says need not be converted neither is, nor gets in for being so. */
function waivedOr(answer: RuleAnswer, options: DecidingOptions): RuleAnswer {
  const isWaived = answer.rule.effect === 'convert' && waiverOf(answer.rule, options) !== null;
  return isWaived ? { ...answer, opens: false, converts: false } : answer;
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
    waiverId: waiverOf(rule, options),
  };
}

function defaultReason(policy: AdmissionPolicy, answers: readonly RuleAnswer[], options: DecidingOptions): Reason {
  const missed = answers.filter(({ rule }) => isOpening(rule)).map(({ rule, found }) => `${rule.id}: ${found()}`);
  const detail = missed.length === 0 ? '' : ` (${missed.join('; ')})`;
  return {
    rule: DEFAULT_RULE,
    effect: policy.default,
    message: cut(`no rule lets it in${detail}`),
    waiverId: policy.default === 'deny' ? null : waiverFor(DEFAULT_RULE, options),
  };
}

/** Whether an approval may take the force of a rule away for a while, or must have an end. */
export function waivableOf({
  effect,
  waiver,
}: Pick<AdmissionRule, 'effect' | 'waiver'>): 'never' | 'allowed' | 'required' {
  return waiver ?? (effect === 'review' ? 'allowed' : 'never');
}

function waiverOf(rule: AdmissionRule, options: DecidingOptions): string | null {
  return waivableOf(rule) === 'never' ? null : waiverFor(rule.id, options);
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
