import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanFacts, pickleFacts, unknownFacts } from '../../../test/registry/admission/facts.ts';
import { admissionDecision } from '../../contract/types/registry.ts';
import { severities } from '../../rules/rule.ts';
import { verdicts } from '../../scan/report.ts';
import { builtInPolicy } from './built-in-policy.ts';
import { decideAdmission, type GivenWaiver } from './decide.ts';
import { type AdmissionFacts, admissionFacts } from './facts.ts';
import { readAdmissionPolicy } from './policy.ts';
import type { AdmissionPolicy } from './policy-schema.ts';

const NOW = 2_000_000;

function policyOf(text: string): AdmissionPolicy {
  const { policy, problems } = readAdmissionPolicy(text);
  expect(problems).toEqual([]);
  if (policy === null) throw new Error('expected a policy');
  return policy;
}

const rulesOf = (rules: string): AdmissionPolicy => policyOf(`rules:\n${rules}`);
const example = (name: string): AdmissionPolicy => policyOf(readFileSync(`docs/admission/${name}.yaml`, 'utf8'));
const builtIn = policyOf(builtInPolicy);

function decide(policy: AdmissionPolicy, facts: AdmissionFacts, waivers: readonly GivenWaiver[] = []) {
  return decideAdmission(policy, facts, { waivers, policyVersion: 7, nowMs: NOW });
}

/** What was decided, and the rules it rests on. */
function outcome(policy: AdmissionPolicy, facts: AdmissionFacts, waivers: readonly GivenWaiver[] = []): string {
  const { outcome: end, convert, reasons } = decide(policy, facts, waivers);
  return `${end}${convert ? '+convert' : ''} ${reasons.map(({ rule }) => rule).join(' ')}`;
}

const found = (...items: readonly (readonly [string, (typeof severities)[number]])[]) => ({
  items: items.map(([ruleId, severity]) => ({ ruleId, severity, count: 1, example: 'a.py' })),
  total: items.length,
});

describe('the built-in policy', () => {
  it.each([
    ['lets in what is clean', cleanFacts(), 'allow clean'],
    ['converts pickles', pickleFacts(), 'allow+convert pickles clean'],
    [
      'asks people about pickles that cannot be converted',
      pickleFacts({
        conversion: { needed: { items: ['a.pt'], total: 1 }, refused: { items: ['a.pt: no'], total: 1 } },
      }),
      'review pickles-that-stay clean',
    ],
    [
      'asks people where nobody tried to convert, and converts then',
      pickleFacts({ conversion: { needed: { items: ['a.pt'], total: 1 }, refused: null } }),
      'review+convert pickles-that-stay pickles clean',
    ],
    ['asks people about what is suspicious', cleanFacts({ verdict: 'suspicious' }), 'review not-clean default'],
    ['asks people about what was not understood', cleanFacts({ verdict: 'inconclusive' }), 'review not-clean default'],
    ['denies what is malicious', cleanFacts({ verdict: 'malicious' }), 'deny malicious not-clean default'],
    [
      'allows nothing of what is unknown',
      unknownFacts(),
      'deny+convert malicious not-clean code pickles-that-stay default pickles',
    ],
  ])('%s', (_, facts, expected) => {
    expect(outcome(builtIn, facts)).toBe(expected);
  });

  it('is an example of the documentation', () => {
    expect(readFileSync('docs/admission/balanced.yaml', 'utf8')).toBe(builtInPolicy);
  });

  it('says what was found and what to do', () => {
    const { reasons } = decide(builtIn, cleanFacts({ verdict: 'malicious' }));
    expect(reasons[0]).toEqual({
      rule: 'malicious',
      effect: 'deny',
      message: 'the verdict is malicious; do not load it anywhere; tell whoever gave it to you',
      waiverId: null,
    });
    expect(reasons.at(-1)?.message).toBe(
      'no rule lets it in (clean: the verdict is malicious; pickles: nothing has to be converted; the verdict is malicious)',
    );
  });
});

describe('waivers', () => {
  const waiver = (over: Partial<GivenWaiver> = {}): GivenWaiver => ({
    id: 'wvr_1',
    rules: ['not-clean', 'default', 'malicious'],
    expiresAtMs: NOW + 1,
    endedAtMs: null,
    ...over,
  });

  it('take the force from rules and are named', () => {
    const { outcome: end, reasons } = decide(builtIn, cleanFacts({ verdict: 'suspicious' }), [waiver()]);
    expect(end).toBe('allow');
    expect(reasons.map(({ waiverId }) => waiverId)).toEqual(['wvr_1', 'wvr_1']);
  });

  it.each([
    ['that expired', { expiresAtMs: NOW }],
    ['that was ended', { endedAtMs: NOW }],
    ['of other rules', { rules: ['code'] }],
  ])('%s do nothing', (_, over) => {
    expect(decide(builtIn, cleanFacts({ verdict: 'suspicious' }), [waiver(over)]).outcome).toBe('review');
  });

  it('do nothing about a rule that nobody may waive', () => {
    expect(decide(builtIn, cleanFacts({ verdict: 'malicious' }), [waiver()]).outcome).toBe('deny');
  });

  it('never take the force from a default that denies', () => {
    expect(decide(example('strict'), cleanFacts({ verdict: 'suspicious' }), [waiver()]).outcome).toBe('deny');
  });
});

describe('the examples', () => {
  it('strict: only safetensors with a licence and a signature', () => {
    expect(outcome(example('strict'), cleanFacts())).toBe('deny default');
    expect(outcome(example('strict'), pickleFacts())).toBe('deny other-formats default');
  });

  it('research: not malicious, but people are asked about code, and lawyers about licences', () => {
    const research = example('research');
    const code = { python: { items: ['m.py'], total: 1 }, remote: { items: [], total: 0 } };
    expect(outcome(research, cleanFacts({ verdict: 'inconclusive' }))).toBe('allow not-malicious');
    expect(outcome(research, cleanFacts({ code }))).toBe('review runs-code not-malicious');
    const licences = { items: [{ name: 'CC-BY-NC-4.0', kind: 'id', origin: 'README.md' } as const], total: 1 };
    expect(outcome(research, cleanFacts({ licences }))).toBe('deny not-for-us not-malicious');
  });
});

describe('conditions', () => {
  const asks = (when: string, facts: AdmissionFacts): boolean =>
    decide(rulesOf(`  - id: r\n    effect: review\n    when: ${when}`), facts).reasons.some(({ rule }) => rule === 'r');
  const hub = cleanFacts({
    source: { kind: 'hub', endpoint: 'https://huggingface.co', repository: 'meta-llama/Llama-3', revision: 'main' },
  });
  const licensed = (...names: readonly string[]) =>
    cleanFacts({
      licences: {
        items: names.map((name) => ({ name, kind: / /.test(name) ? 'expression' : 'id', origin: 'README.md' })),
        total: names.length,
      },
    });

  it.each<[string, AdmissionFacts, boolean]>([
    ['{ formats: { any: [pickles] } }', pickleFacts(), true],
    ['{ formats: { any: [pickles] } }', cleanFacts(), false],
    ['{ formats: { only: [safetensors, documents] } }', cleanFacts(), true],
    ['{ formats: { only: [safetensors] } }', cleanFacts(), false],
    [
      '{ formats: { any: [zip] } }',
      cleanFacts({ formats: { items: [{ id: 'pdf+zip', files: 1, example: 'a' }], total: 1 } }),
      true,
    ],
    [
      '{ formats: { only: [documents] } }',
      cleanFacts({ formats: { items: [{ id: 'pdf+zip', files: 1, example: 'a' }], total: 1 } }),
      false,
    ],
    ['{ licences: { only: [MIT] } }', licensed('MIT OR GPL-3.0-only'), true],
    ['{ licences: { only: [MIT] } }', licensed('MIT AND GPL-3.0-only'), false],
    ['{ licences: { only: [MIT] } }', licensed('MIT', 'GPL-3.0-only'), false],
    ['{ licences: { only: ["GPL-*"] } }', licensed('GPL-3.0-only WITH Classpath-exception-2.0'), true],
    ['{ licences: { only: [MIT] } }', cleanFacts({ licences: { items: [], total: 0 } }), false],
    ['{ licences: { any: ["GPL-*"] } }', licensed('MIT OR GPL-3.0-only'), false],
    ['{ licences: { any: ["GPL-*"] } }', licensed('MIT AND (GPL-3.0-only OR GPL-2.0-only)'), true],
    ['{ licences: { known: false } }', cleanFacts({ licences: { items: [], total: 0 } }), true],
    ['{ licences: { known: false } }', licensed('MIT'), false],
    ['{ source: [hub], hubs: ["https://hugging*"], repositories: ["meta-llama/*"] }', hub, true],
    ['{ repositories: ["mistralai/*"] }', hub, false],
    ['{ hubs: ["*"] }', cleanFacts(), false],
    ['{ models: ["Research/*"] }', cleanFacts(), true],
    ['{ tags: [demo] }', cleanFacts(), true],
    ['{ tags: [other] }', cleanFacts(), false],
    ['{ classification: [restricted] }', cleanFacts(), false],
    ['{ files: { moreThan: 1 } }', cleanFacts(), true],
    ['{ bytes: { atMost: 3 kB } }', cleanFacts(), true],
    ['{ bytes: { moreThan: 1 GiB } }', cleanFacts(), false],
    ['{ fileBytes: { moreThan: 2899 } }', cleanFacts(), true],
    ['{ examinedDaysAgo: { moreThan: 30 } }', cleanFacts({ examinedAtMs: NOW - 31 * 86_400_000 }), true],
    ['{ examinedDaysAgo: { moreThan: 30 } }', cleanFacts(), false],
    ['{ findings: { atLeast: high } }', cleanFacts({ findings: found(['a', 'medium']) }), false],
    ['{ findings: { atLeast: high } }', cleanFacts({ findings: found(['a', 'critical']) }), true],
    ['{ findings: { rules: ["hf-*"] } }', cleanFacts({ findings: found(['hf-auto-map', 'low']) }), true],
    ['{ findings: { except: ["hf-*"] } }', cleanFacts({ findings: found(['hf-auto-map', 'low']) }), false],
    ['{ anyOf: [{ tags: [x] }, { files: { moreThan: 1 } }] }', cleanFacts(), true],
    ['{ not: { tags: [demo] } }', cleanFacts(), false],
    ['{ tags: [demo], not: { source: [hub] } }', cleanFacts(), true],
  ])('%s', (when, facts, expected) => {
    expect(asks(when, facts)).toBe(expected);
  });

  it('a list that was cut lets a refusing rule apply, and an allowing one not', () => {
    const cut = cleanFacts({ findings: { ...found(['a', 'low']), total: 5000 } });
    expect(asks('{ findings: { rules: [pickle-dangerous-import] } }', cut)).toBe(true);
    const allows = rulesOf('  - { id: a, effect: allow, when: { noFindings: { rules: [pickle-dangerous-import] } } }');
    expect(decide(allows, cut).outcome).toBe('review');
  });

  it('a rule that allows without a word about the verdict means what is clean', () => {
    const allows = rulesOf('  - { id: a, effect: allow, when: { tags: [demo] } }');
    expect(decide(allows, cleanFacts()).outcome).toBe('allow');
    expect(decide(allows, cleanFacts({ verdict: 'inconclusive' })).outcome).toBe('review');
  });
});

describe('signatures', () => {
  const print = 'ab'.repeat(32);
  const policy = (atLeast: number): AdmissionPolicy =>
    policyOf(`
signers:
  - { name: ann, key: { fingerprint: ${print} } }
  - { name: team, key: { fingerprint: ${print} } }
  - { name: bob, key: { fingerprint: ${'cd'.repeat(32)} } }
rules:
  - id: signed
    effect: allow
    when: { signatures: { by: [ann, team, bob], atLeast: ${atLeast} } }
`);
  const signed = (...prints: readonly string[]) =>
    cleanFacts({
      signatures: {
        signers: { items: prints.map((fingerprint) => ({ method: 'key', fingerprint })), total: prints.length },
        unverified: { items: [], total: 0 },
      },
    });

  it('count signers, not names and not keys twice', () => {
    expect(decide(policy(1), signed(print)).outcome).toBe('allow');
    expect(decide(policy(2), signed(print, print)).outcome).toBe('review');
    expect(decide(policy(2), signed(print, 'cd'.repeat(32))).outcome).toBe('allow');
    expect(decide(policy(1), signed('ef'.repeat(32))).outcome).toBe('review');
    expect(decide(policy(1), cleanFacts({ signatures: null })).outcome).toBe('review');
  });
});

const worst = ['allow', 'allow+convert', 'review', 'deny'];
function rank(policy: AdmissionPolicy, facts: AdmissionFacts): number {
  const { outcome: end, convert } = decide(policy, facts);
  return worst.indexOf(end === 'allow' && convert ? 'allow+convert' : end);
}

const ids = ['hf-auto-map', 'pickle-dangerous-import', 'malformed', 'git-lfs-pointer'];
const findingArb = fc.record({
  ruleId: fc.constantFrom(...ids),
  severity: fc.constantFrom(...severities),
  count: fc.nat(9),
  example: fc.constant('a'),
});
const listArb = <Item>(item: fc.Arbitrary<Item>) =>
  fc
    .tuple(fc.array(item, { maxLength: 3 }), fc.constantFrom(0, 0, 5))
    .map(([items, more]) => ({ items, total: items.length + more }));
const orNull = <Item>(item: fc.Arbitrary<Item>) => fc.option(item, { nil: null, freq: 5 });
const textsArb = listArb(fc.constantFrom('a.py', 'b.bin'));

const factsArb: fc.Arbitrary<AdmissionFacts> = fc
  .record({
    verdict: orNull(fc.constantFrom(...verdicts)),
    examinedAtMs: orNull(fc.constantFrom(0, NOW)),
    files: orNull(fc.nat(10)),
    bytes: orNull(fc.nat(1e6)),
    formats: orNull(
      listArb(
        fc.record({
          id: fc.constantFrom('safetensors', 'torch-zip', 'json', 'pdf+zip'),
          files: fc.constant(1),
          example: fc.constant('x'),
        }),
      ),
    ),
    findings: orNull(listArb(findingArb)),
    licences: orNull(
      listArb(
        fc.record({
          name: fc.constantFrom('MIT', 'GPL-3.0-only OR MIT', '((', 'odd'),
          kind: fc.constantFrom('id', 'expression', 'name'),
          origin: fc.constantFrom('owner', 'README.md'),
        }),
      ),
    ),
    code: orNull(fc.record({ python: textsArb, remote: textsArb })),
    conversion: orNull(fc.record({ needed: textsArb, refused: orNull(textsArb) })),
  })
  .map((over) => cleanFacts({ signatures: null, ...over }));

const sharedArb = fc.constantFrom(
  { formats: { any: ['pickles'] } },
  { formats: { only: ['safetensors', 'documents'] } },
  { licences: { only: ['MIT'] } },
  { licences: { known: true } },
  { files: { atMost: 5 } },
  { conversion: ['possible'] },
  { not: { formats: { any: ['zip'] } } },
  { anyOf: [{ files: { atMost: 2 } }, { tags: ['demo'] }] },
);
const openingArb = fc.oneof(
  sharedArb,
  fc.constantFrom(...verdicts).map((verdictAtMost) => ({ verdictAtMost })),
  fc.constantFrom(...severities).map((atLeast) => ({ noFindings: { atLeast } })),
  fc.constant({ noCode: ['remote'] }),
);
const refusingArb = fc.oneof(
  sharedArb,
  fc.constantFrom(...verdicts).map((verdictAtLeast) => ({ verdictAtLeast })),
  fc.constantFrom(...severities).map((atLeast) => ({ findings: { atLeast } })),
  fc.constantFrom(...ids).map((id) => ({ findings: { rules: [id] } })),
  fc.constant({ code: ['python'] }),
);
const ruleArb = fc.oneof(
  fc.record({ effect: fc.constantFrom('allow', 'convert'), when: fc.tuple(openingArb, openingArb) }),
  fc.record({ effect: fc.constantFrom('review', 'deny'), when: fc.tuple(refusingArb, refusingArb) }),
);
const policyArb = fc
  .record({ default: fc.constantFrom('review', 'deny'), rules: fc.array(ruleArb, { minLength: 1, maxLength: 5 }) })
  .map(({ rules, ...rest }) =>
    policyOf(
      JSON.stringify({
        ...rest,
        rules: rules.map(({ effect, when }, index) => ({ id: `r${index}`, effect, when: { ...when[0], ...when[1] } })),
      }),
    ),
  );

describe('whatever the policy', () => {
  it('a decision is made of any facts, and is one as the contract has it', () => {
    fc.assert(
      fc.property(policyArb, factsArb, (policy, facts) => {
        expect(admissionFacts.safeParse(facts).success).toBe(true);
        expect(admissionDecision.safeParse(decide(policy, facts)).success).toBe(true);
      }),
    );
  });

  it('a finding more never makes the outcome milder', () => {
    fc.assert(
      fc.property(policyArb, factsArb, findingArb, (policy, facts, finding) => {
        const more =
          facts.findings === null
            ? null
            : { items: [finding, ...facts.findings.items], total: facts.findings.total + 1 };
        expect(rank(policy, { ...facts, findings: more })).toBeGreaterThanOrEqual(rank(policy, facts));
      }),
    );
  });

  it('a worse verdict never makes the outcome milder', () => {
    fc.assert(
      fc.property(policyArb, factsArb, fc.nat(2), (policy, facts, at) => {
        const ranks = verdicts.slice(at).map((verdict) => rank(policy, { ...facts, verdict }));
        expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
      }),
    );
  });

  it('what becomes unknown never makes the outcome milder, and what is all unknown is never allowed', () => {
    const known = ['verdict', 'formats', 'findings', 'licences', 'code', 'files', 'conversion'] as const;
    fc.assert(
      fc.property(policyArb, factsArb, fc.constantFrom(...known), (policy, facts, key) => {
        expect(rank(policy, { ...facts, [key]: null })).toBeGreaterThanOrEqual(rank(policy, facts));
        expect(decide(policy, unknownFacts()).outcome).not.toBe('allow');
      }),
    );
  });

  it('a list that is cut never makes the outcome milder', () => {
    const lists = ['formats', 'findings', 'licences'] as const;
    fc.assert(
      fc.property(policyArb, factsArb, fc.constantFrom(...lists), (policy, facts, key) => {
        const list = facts[key];
        if (list === null) return;
        const cut = { ...facts, [key]: { items: list.items.slice(0, 1), total: list.total + 1 } };
        expect(rank(policy, cut)).toBeGreaterThanOrEqual(rank(policy, { ...facts, [key]: list }));
      }),
    );
  });
});
