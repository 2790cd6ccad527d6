import { severities } from '../../../rules/rule.ts';
import { verdicts } from '../../../scan/report.ts';
import { isCut, type AdmissionFacts } from '../facts.ts';
import type { Conditions } from '../policy-schema.ts';
import { matchesAny } from '../wildcard.ts';
import { type Answer, answer, type Ask, fewOf, unknown } from './answer.ts';

type Wanted<Key extends keyof Conditions> = NonNullable<Conditions[Key]>;
type Verdict = Wanted<'verdictAtLeast'>;
type Finding = NonNullable<AdmissionFacts['findings']>['items'][number];

export function verdictAtLeast(wanted: Verdict): Ask {
  return ({ facts }) => onVerdict(facts, (verdict) => verdicts.indexOf(verdict) >= verdicts.indexOf(wanted));
}

export function verdictAtMost(wanted: Verdict): Ask {
  return ({ facts }) => onVerdict(facts, (verdict) => verdicts.indexOf(verdict) <= verdicts.indexOf(wanted));
}

function onVerdict({ verdict }: AdmissionFacts, holds: (verdict: Verdict) => boolean): Answer {
  if (verdict === null) return unknown('the verdict is');
  return answer(holds(verdict), () => `the verdict is ${verdict}`);
}

export function findings(wanted: Wanted<'findings'>): Ask {
  const isWanted = findingTest(wanted);
  return ({ facts: { findings: all } }) => {
    if (all === null) return unknown('the findings are');
    const found = all.items.filter(isWanted);
    if (found.length > 0) return answer(true, () => `found ${fewOf(found.map(findingText))}`);
    return isCut(all) ? cutFindings(all) : answer(false, () => 'no such finding');
  };
}

export function noFindings(wanted: Wanted<'noFindings'>): Ask {
  const ask = findings(wanted);
  return (asked) => {
    const { holds, found } = ask(asked);
    return answer(holds === null ? null : !holds, found);
  };
}

function cutFindings({ items, total }: NonNullable<AdmissionFacts['findings']>): Answer {
  return answer(null, () => `only ${items.length} of ${total} kinds of findings are kept`);
}

function findingTest({ rules, except, atLeast }: Wanted<'findings'>): (finding: Finding) => boolean {
  const worst = atLeast === undefined ? severities.length : severities.indexOf(atLeast);
  return ({ ruleId, severity }) =>
    severities.indexOf(severity) <= worst &&
    (rules === undefined || matchesAny(rules, ruleId)) &&
    (except === undefined || !matchesAny(except, ruleId));
}

function findingText({ ruleId, severity, example }: Finding): string {
  return `${ruleId} (${severity}) in ${example}`;
}

type CodeKind = Wanted<'code'>[number];
const codeTitles: Readonly<Record<CodeKind, string>> = {
  python: 'Python code',
  remote: 'configuration that makes a loader run code',
};

export function code(kinds: Wanted<'code'>): Ask {
  return ({ facts: { code: all } }) => {
    if (all === null) return unknown('whether there is code is');
    const there = kinds.filter((kind) => all[kind].total > 0);
    if (there.length === 0) return answer(false, () => `no ${kinds.map((kind) => codeTitles[kind]).join(', no ')}`);
    return answer(true, () =>
      there.map((kind) => `${codeTitles[kind]}: ${fewOf(all[kind].items, all[kind].total)}`).join('; '),
    );
  };
}

export function noCode(kinds: Wanted<'noCode'>): Ask {
  const ask = code(kinds);
  return (asked) => {
    const { holds, found } = ask(asked);
    return answer(holds === null ? null : !holds, found);
  };
}
