import { rules as scanRules } from '../../rules/index.ts';
import { nearest } from '../../scan/nearest.ts';
import type { YamlIssue } from '../../scan/place-in-yaml.ts';
import { knownFormats } from './format-groups.ts';
import type { AdmissionPolicy, AdmissionRule, Conditions, When } from './policy-schema.ts';
import { signerProblem, trustedRootProblem } from './signing-trust.ts';

type Path = YamlIssue['path'];

/** What gets worse with more findings: an allowing rule must not ask for it. */
const growing = ['verdictAtLeast', 'findings', 'code'] as const;
/** What gets better with fewer: a refusing rule must not ask for it. */
const shrinking = ['verdictAtMost', 'noFindings', 'noCode'] as const;

/** What the schema alone cannot see. */
export function checkPolicy(policy: AdmissionPolicy): YamlIssue[] {
  return [
    ...repeated(policy.rules.map(({ id }) => id)).map((index) => ({
      path: ['rules', index, 'id'],
      message: `rules.${index}.id: another rule has this id`,
    })),
    ...policy.signers.flatMap((signer, index) => {
      const problem = signerProblem(signer, policy.trustedRoot !== undefined);
      return problem === undefined ? [] : [{ path: ['signers', index], message: `signers.${index}: ${problem}` }];
    }),
    ...trustedRootIssues(policy),
    ...policy.rules.flatMap((rule, index) => checkRule(rule, { policy, path: ['rules', index] })),
  ];
}

function trustedRootIssues({ trustedRoot }: AdmissionPolicy): YamlIssue[] {
  const problem = trustedRoot === undefined ? undefined : trustedRootProblem(trustedRoot);
  return problem === undefined ? [] : [{ path: ['trustedRoot'], message: `trustedRoot: ${problem}` }];
}

/** Places of what stands earlier already. */
function repeated(ids: readonly string[]): number[] {
  return ids.flatMap((id, index) => (ids.indexOf(id) < index ? [index] : []));
}

interface Place {
  readonly policy: AdmissionPolicy;
  readonly path: Path;
}

function checkRule(rule: AdmissionRule, { policy, path }: Place): YamlIssue[] {
  const { anyOf = [], not, ...own } = rule.when;
  const at: Path = [...path, 'when'];
  const sets: { readonly set: Conditions; readonly path: Path }[] = [
    { set: own, path: at },
    ...anyOf.map((set, index) => ({ set, path: [...at, 'anyOf', index] })),
    ...(not === undefined ? [] : [{ set: not, path: [...at, 'not'] }]),
  ];
  return [
    ...emptyIssues(rule, at),
    ...waiverIssues(rule, path),
    ...sets.flatMap(({ set, path: of }) => [
      ...directionIssues(rule, set, of),
      ...nameIssues(set, { policy, path: of }),
    ]),
    ...(not === undefined ? [] : insideNot(not, [...at, 'not'])),
  ];
}

function emptyIssues({ when }: AdmissionRule, path: Path): YamlIssue[] {
  const asked = asks(when);
  const message = `${path.join('.')}: expected a condition; for everything, say always: true`;
  if (asked.length === 0) return [{ path, message }];
  const beside = asked.filter((key) => key !== 'always' && key !== 'verdictAtMost');
  if (when.always === true && beside.length > 0) {
    return [{ path, message: `${path.join('.')}: always stands alone, or beside verdictAtMost` }];
  }
  const sets = [...(when.anyOf ?? []), ...(when.not === undefined ? [] : [when.not])];
  return sets.some((set) => asks(set).length === 0)
    ? [{ path, message: `${path.join('.')}: expected conditions` }]
    : [];
}

function asks(set: When): string[] {
  return Object.entries(set).flatMap(([key, value]) => (value === undefined ? [] : [key]));
}

function waiverIssues({ effect, waiver }: AdmissionRule, path: Path): YamlIssue[] {
  if (waiver === undefined || effect !== 'allow') return [];
  return [
    { path: [...path, 'waiver'], message: `${path.join('.')}.waiver: nothing has to be waived about what allows` },
  ];
}

/** A finding more must never make an outcome milder. */
function directionIssues({ effect }: AdmissionRule, set: Conditions, path: Path): YamlIssue[] {
  const opens = effect === 'allow' || effect === 'convert';
  const wrong = opens ? growing : shrinking;
  const why = opens ? 'a finding never lets anything in; use it with deny or review' : 'use it with allow or convert';
  return wrong.flatMap((key) =>
    set[key] === undefined
      ? []
      : [{ path: [...path, key], message: `${[...path, key].join('.')}: ${why}`, atKey: true }],
  );
}

function insideNot(not: Conditions, path: Path): YamlIssue[] {
  return [...growing, ...shrinking].flatMap((key) =>
    not[key] === undefined
      ? []
      : [{ path: [...path, key], message: `${[...path, key].join('.')}: not takes nothing of findings`, atKey: true }],
  );
}

/** Names of rules, formats and signers that do not exist: a mistyped one would match nothing. */
function nameIssues(set: Conditions, { policy, path }: Place): YamlIssue[] {
  const ruleIds = scanRules.map(({ id }) => id);
  const names = policy.signers.map(({ name }) => name);
  const lists: readonly { readonly at: Path; readonly given: readonly string[]; readonly known: readonly string[] }[] =
    [
      ...[set.findings, set.noFindings].flatMap((wanted, index) => {
        const at = [...path, index === 0 ? 'findings' : 'noFindings'];
        return [
          { at: [...at, 'rules'], given: wanted?.rules ?? [], known: ruleIds },
          { at: [...at, 'except'], given: wanted?.except ?? [], known: ruleIds },
        ];
      }),
      { at: [...path, 'formats', 'any'], given: set.formats?.any ?? [], known: knownFormats },
      { at: [...path, 'formats', 'only'], given: set.formats?.only ?? [], known: knownFormats },
      { at: [...path, 'signatures', 'by'], given: set.signatures?.by ?? [], known: names },
    ];
  return [...lists.flatMap(({ at, given, known }) => unknownNames(given, { at, known })), ...tooManySigners(set, path)];
}

function unknownNames(
  given: readonly string[],
  of: { readonly at: Path; readonly known: readonly string[] },
): YamlIssue[] {
  const known = new Set(of.known);
  return given.flatMap((name, index) => {
    if (known.has(name) || name.includes('*')) return [];
    const guess = nearest(name, known);
    const hint = guess === undefined ? '' : `; did you mean ${guess}?`;
    const path = [...of.at, index];
    return [{ path, message: `${path.join('.')}: there is no ${name}${hint}` }];
  });
}

function tooManySigners({ signatures }: Conditions, path: Path): YamlIssue[] {
  if (signatures === undefined || signatures.atLeast <= new Set(signatures.by).size) return [];
  const at = [...path, 'signatures', 'atLeast'];
  return [{ path: at, message: `${at.join('.')}: more than there are names` }];
}
