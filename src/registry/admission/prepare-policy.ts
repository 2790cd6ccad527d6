import { type Answer, answer, type Ask, every, type Holds, some } from './conditions/answer.ts';
import * as aboutFiles from './conditions/files.ts';
import * as aboutFindings from './conditions/findings.ts';
import * as aboutOrigin from './conditions/origin.ts';
import type { AdmissionPolicy, AdmissionRule, Conditions } from './policy-schema.ts';

type Prepare<Key extends keyof Conditions> = (wanted: NonNullable<Conditions[Key]>, policy: AdmissionPolicy) => Ask;

const preparations: { readonly [Key in keyof Required<Conditions>]: Prepare<Key> } = {
  ...aboutFiles,
  ...aboutFindings,
  ...aboutOrigin,
};
type Key = keyof typeof preparations;
/** Of them a duty to convert does not depend: what must be converted must be, whatever was found. */
const aboutWhatWasFound: ReadonlySet<string> = new Set(['verdictAtMost', 'noFindings', 'noCode']);

export interface PreparedRule {
  readonly rule: AdmissionRule;
  /** All of its conditions. */
  readonly ask: Ask;
  /** Those that do not depend on findings. */
  readonly askDuty: Ask;
}

const prepared = new WeakMap<AdmissionPolicy, readonly PreparedRule[]>();

/** What can be read of a policy before any version is seen is read once. */
export function preparePolicy(policy: AdmissionPolicy): readonly PreparedRule[] {
  const known = prepared.get(policy) ?? policy.rules.map((rule) => prepareRule(rule, policy));
  prepared.set(policy, known);
  return known;
}

function prepareRule(rule: AdmissionRule, policy: AdmissionPolicy): PreparedRule {
  const { always: _, anyOf, not, ...own } = rule.when;
  const isOpening = rule.effect === 'allow' || rule.effect === 'convert';
  // What lets something in without a word about the verdict means what is clean.
  const asked = isOpening ? { ...own, verdictAtMost: own.verdictAtMost ?? 'clean' } : own;
  const groups = (isDuty: boolean): Ask[] => [
    ...setAsks(asked, { policy, isDuty }),
    ...(anyOf === undefined ? [] : [anyAsk(anyOf.map((set) => allAsk(setAsks(set, { policy, isDuty }))))]),
    ...(not === undefined ? [] : [notAsk(allAsk(setAsks(not, { policy, isDuty })))]),
  ];
  return { rule, ask: allAsk(groups(false)), askDuty: allAsk(groups(true)) };
}

function setAsks(
  set: Conditions,
  { policy, isDuty }: { readonly policy: AdmissionPolicy; readonly isDuty: boolean },
): Ask[] {
  return (Object.keys(set) as Key[]).flatMap((key) => {
    const wanted = set[key];
    if (wanted === undefined || (isDuty && aboutWhatWasFound.has(key))) return [];
    return [(preparations[key] as (wanted: unknown, policy: AdmissionPolicy) => Ask)(wanted, policy)];
  });
}

function allAsk(asks: readonly Ask[]): Ask {
  return combined(asks, every);
}

function anyAsk(asks: readonly Ask[]): Ask {
  return combined(asks, some);
}

/** Tells of those parts that made it what it is. */
function combined(asks: readonly Ask[], combine: (answers: readonly Holds[]) => Holds): Ask {
  return (asked) => {
    const answers = asks.map((ask) => ask(asked));
    const holds = combine(answers.map((one) => one.holds));
    return answer(holds, () => foundText(answers, holds));
  };
}

function foundText(answers: readonly Answer[], holds: Holds): string {
  const telling = answers.filter((one) => one.holds === holds);
  const told = [...new Set((telling.length > 0 ? telling : answers).map(({ found }) => found()))];
  return told.join('; ');
}

function notAsk(ask: Ask): Ask {
  return (asked) => {
    const { holds, found } = ask(asked);
    return answer(holds === null ? null : !holds, found);
  };
}
