import { expect, it } from 'vitest';
import { builtInPolicy } from './built-in-policy.ts';
import { readAdmissionPolicy } from './policy.ts';

/** What is wrong, as `LINE:COLUMN MESSAGE`. */
function problemsOf(text: string): string[] {
  return readAdmissionPolicy(text).problems.map(
    ({ line, column, message }) => `${line ?? '-'}:${column ?? '-'} ${message}`,
  );
}

const rule = (when: string, effect = 'review'): string =>
  `rules:\n  - id: a\n    effect: ${effect}\n    when: ${when}\n`;

it('reads a policy, sizes in units', () => {
  const { policy } = readAdmissionPolicy(rule('{ bytes: { moreThan: 1.5 GiB, atMost: 7 } }'));
  expect(policy).toMatchObject({
    version: 1,
    default: 'review',
    rules: [{ when: { bytes: { moreThan: 1.5 * 2 ** 30, atMost: 7 } } }],
  });
  expect(readAdmissionPolicy(builtInPolicy).problems).toEqual([]);
});

it.each([
  ['', ['-:- rules: Invalid input: expected array, received undefined']],
  ['rules: [', ['1:9 Flow sequence in block collection must be sufficiently indented and end with a ]']],
  [`defautl: deny\n${rule('{ always: true }')}`, ['1:1 unknown key defautl']],
  [`default: allow\n${rule('{ always: true }')}`, ['1:10 default: Invalid option: expected one of "review"|"deny"']],
  [rule('{}'), ['4:11 rules.0.when: expected a condition; for everything, say always: true']],
  [rule('{ not: {} }'), ['4:11 rules.0.when: expected conditions']],
  [rule('{ always: true, tags: [x] }'), ['4:11 rules.0.when: always stands alone, or beside verdictAtMost']],
  [
    rule('{ findings: { atLeast: high } }', 'allow'),
    ['4:13 rules.0.when.findings: a finding never lets anything in; use it with deny or review'],
  ],
  [
    rule('{ anyOf: [{ code: [python] }] }', 'convert'),
    ['4:23 rules.0.when.anyOf.0.code: a finding never lets anything in; use it with deny or review'],
  ],
  [rule('{ verdictAtMost: clean }'), ['4:13 rules.0.when.verdictAtMost: use it with allow or convert']],
  [
    rule('{ not: { verdictAtLeast: malicious } }'),
    ['4:20 rules.0.when.not.verdictAtLeast: not takes nothing of findings'],
  ],
  [
    rule('{ formats: { any: [safetensor] } }'),
    ['4:30 rules.0.when.formats.any.0: there is no safetensor; did you mean safetensors?'],
  ],
  [
    rule('{ findings: { rules: [hf-automap] } }'),
    ['4:33 rules.0.when.findings.rules.0: there is no hf-automap; did you mean hf-auto-map?'],
  ],
  [rule('{ signatures: { by: [ann] } }'), ['4:32 rules.0.when.signatures.by.0: there is no ann']],
  [
    rule('{ bytes: { atMost: 5 parsecs } }'),
    ['4:30 rules.0.when.bytes.atMost: expected a number of bytes, or such as 500 MB or 5 GiB'],
  ],
  [rule('{ files: {} }'), ['4:20 rules.0.when.files: expected moreThan, atMost, or both']],
  [
    `${rule('{ always: true }')}  - { id: a, effect: deny, when: { always: true } }`,
    ['5:11 rules.1.id: another rule has this id'],
  ],
  [
    'rules:\n  - { id: default, effect: deny, when: { always: true } }',
    ['2:11 rules.0.id: default is the name of what applies when no rule lets a version in'],
  ],
  [
    'rules:\n  - { id: a, effect: allow, waiver: never, when: { always: true } }',
    ['2:37 rules.0.waiver: nothing has to be waived about what allows'],
  ],
  [
    `signers: [{ name: ann, key: { pem: "no key" } }]\n${rule('{ always: true }')}`,
    ['1:11 signers.0: cannot use the key: it is no public key in PEM'],
  ],
  [
    `signers: [{ name: ann, keyless: { identity: a@b.c, issuer: https://i } }]\n${rule('{ always: true }')}`,
    ['1:11 signers.0: keyless signatures need trustedRoot'],
  ],
  [
    `${rule('{ always: true }')}    effect: deny\n`,
    [expect.stringMatching(/^\d+:\d+ a map has the key effect twice$/)],
  ],
  ['? [a, b]\n: 1', ['1:3 expected a text as key']],
])('says where %j is wrong', (text, expected) => {
  expect(problemsOf(text)).toEqual(expected);
});

it.each([
  ['too long', `#${'x'.repeat(200_000)}`, /at most 200000 characters/],
  ['too deep in brackets', `rules: ${'['.repeat(150_000)}`, /at most 50 levels/],
  ['too deep in dashes', `${'- '.repeat(90_000)}x`, /at most 50 levels/],
  ['too deep in keys', `${'? '.repeat(90_000)}x`, /at most 50 levels/],
  [
    'aliases that multiply',
    `a: &a [x]\n${'bcdefgh'
      .split('')
      .map((name, at) => `${name}: &${name} [${`*${'abcdefg'[at] ?? ''},`.repeat(9)}]`)
      .join('\n')}`,
    /alias/i,
  ],
  [
    'too many rules',
    `rules:\n${Array.from({ length: 101 }, (_, at) => `  - { id: r${at}, effect: deny, when: { always: true } }`).join('\n')}`,
    /<=100/,
  ],
])('refuses what is %s', (_, text, message) => {
  const { policy, problems } = readAdmissionPolicy(text);
  expect(policy).toBeNull();
  expect(problems.map((problem) => problem.message).join()).toMatch(message);
});

it('lists no more than a hundred problems', () => {
  const keys = Array.from({ length: 15_000 }, (_, at) => `k${at}: 1`).join('\n');
  expect(problemsOf(keys)).toHaveLength(100);
});
