import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256Text } from '../../src/node/digest.ts';
import { rules } from '../../src/rules/index.ts';
import { baselineOf, parseBaseline } from '../../src/scan/baseline.ts';
import { ConfigError } from '../../src/scan/config-error.ts';
import { Judge, type Decisions } from '../../src/scan/judge.ts';
import { jsonSafe, jsonText } from '../../src/scan/json-safe.ts';
import { parsePolicy } from '../../src/scan/policy.ts';
import type { ArtifactReport } from '../../src/scan/report.ts';
import { activeSuppressions } from '../../src/scan/suppressions.ts';
import { exitCodeOf, reaches } from '../../src/scan/threshold.ts';
import { visible, visibleShort } from '../../src/scan/visible-text.ts';
import { artifactOf, findingOf, reportOf } from './sample-report.ts';

const now = new Date('2026-06-15T12:00:00Z');
const critical = findingOf({ ruleId: 'config-target-exec', severity: 'critical' });
const suppression = { rule: 'malformed', path: '*.pt', reason: 'checked by hand', expires: '2026-06-15' };

function judged(decisions: Partial<Decisions>, artifact: Partial<ArtifactReport> = {}): ArtifactReport {
  const judge = new Judge({ rules: {}, suppressions: [], ...decisions }, rules, sha256Text);
  return judge.judge(artifactOf({ verdict: 'inconclusive', findings: [findingOf()], ...artifact }));
}

function problemsOf(text: string): string[] {
  try {
    parsePolicy(text, 'p.yaml', rules);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message.split('\n');
  }
}

const aliasBomb = Array.from({ length: 40 }, (_, i) => `b${i + 1}: &b${i + 1} [*b${i}, *b${i}]`).reduce(
  (text, line) => `${text}\n${line}`,
  'b0: &b0 [x]',
);

describe('policy file', () => {
  test('says everything', () => {
    const text = `
failOn: malicious
limits: { maxNestingDepth: 3 }
rules:
  empty-file: off
  unrecognized-format: { severity: info, reason: logos and fonts lie about here }
allow: { globals: [mypkg.nn.Model], targets: [mypkg] }
suppressions:
  - { rule: malformed, path: "old/**", member: "*.pkl", reason: kept as evidence, expires: 2030-01-31 }
`;
    const policy = parsePolicy(text, 'p.yaml', rules);
    expect(policy).toMatchObject({
      failOn: 'malicious',
      limits: { maxNestingDepth: 3 },
      allow: { targets: ['mypkg'] },
    });
    expect(policy.rules['empty-file']?.severity).toBe('off');
    expect(parsePolicy('', 'p.yaml', rules).suppressions).toEqual([]);
  });

  test.each([
    ['failOn: always', /^p\.yaml:1:9: failOn: /],
    ['falOn: never', /^p\.yaml:1:1: unknown key falOn$/],
    ['limits:\n  maxNestingDeepness: 3', /^p\.yaml:2:3: limits: unknown key maxNestingDeepness$/],
    ['limits: {maxNestingDepth: -1}', /^p\.yaml:1:27: limits\.maxNestingDepth: /],
    ['rules: {malform: off}', /^p\.yaml:1:9: unknown rule malform; did you mean malformed\?$/],
    ['rules: {malformed: off}', /^p\.yaml:1:9: rules\.malformed: is a guard .* give a reason$/],
    ['rules: {config-target-exec: {severity: high}}', /is critical; to lower it or turn it off, give a reason$/],
    ['rules: {empty-file: loud}', /expected one of critical, high, medium, low, info, off, or \{severity, reason\}$/],
    [
      'suppressions: [{rule: malformed, path: x, reason: because it is so}]',
      /^p\.yaml:1:16: suppressions\.0\.expires: /,
    ],
    [
      'suppressions: [{rule: malformed, path: x, reason: no, expires: 2030-01-01}]',
      /say why in at least 8 characters$/,
    ],
    ['suppressions: [{rule: malformed, path: x, reason: good enough, expires: soon}]', /expected a date/],
    ['rules: {a: off, a: off}', /^p\.yaml:1:17: Map keys must be unique/],
    ['- 1', /^p\.yaml:1:1: /],
    ['a: [', /^p\.yaml:1:/],
    [aliasBomb, /^p\.yaml: Excessive alias count/],
  ])('%s', (text, expected) => {
    expect(problemsOf(text)[0]).toMatch(expected);
  });

  test('names every problem, not only the first', () => {
    expect(problemsOf('failOn: x\nlimit: {}\nrules: []')).toHaveLength(3);
  });
});

describe('suppressions', () => {
  test('hold through their last day and become a note after it', () => {
    expect(activeSuppressions([suppression], now).active).toHaveLength(1);
    const later = activeSuppressions([suppression], new Date('2026-06-16T00:00:00Z'));
    expect(later.active).toHaveLength(0);
    expect(later.notes).toEqual(['the suppression of malformed for *.pt expired on 2026-06-15: checked by hand']);
  });

  test('keep the finding in the report, marked, and take it out of the verdict', () => {
    const report = judged({ suppressions: [suppression] });
    expect(report.verdict).toBe('clean');
    expect(report.findings[0]?.suppressed).toEqual({ by: 'policy', reason: 'checked by hand', expires: '2026-06-15' });
  });

  test.each([
    [{ path: 'other.pt' }, 'inconclusive'],
    [{ rule: 'encrypted' }, 'inconclusive'],
    [{ path: './model.pt' }, 'clean'],
    [{ path: '**/model.pt' }, 'clean'],
    [{ path: 'models/*' }, 'inconclusive'],
    [{ member: 'data.pkl' }, 'inconclusive'],
    [{ sha256: 'a'.repeat(64) }, 'inconclusive'],
    [{ sha256: 'B'.repeat(64) }, 'clean'],
  ])('match exactly: %o', (change, verdict) => {
    const report = judged({ suppressions: [{ ...suppression, ...change }] }, { sha256: 'b'.repeat(64) });
    expect(report.verdict).toBe(verdict);
  });

  test('globs reach hidden files and members in subfolders', () => {
    const finding = findingOf({ location: { path: 'a/.b/c.pt', member: 'x/data.pkl' } });
    const suppressions = [{ ...suppression, path: 'a/**', member: '**/*.pkl' }];
    expect(judged({ suppressions }, { findings: [finding] }).verdict).toBe('clean');
  });

  test('never excuse another finding of the same file', () => {
    const report = judged({ suppressions: [suppression] }, { verdict: 'malicious', findings: [critical, findingOf()] });
    expect(report.verdict).toBe('malicious');
  });
});

describe('rule settings', () => {
  test('off keeps the finding, marked', () => {
    const report = judged({ rules: { malformed: { severity: 'off', reason: 'all our files are' } } });
    expect([report.verdict, report.findings[0]?.suppressed?.reason]).toEqual(['clean', 'all our files are']);
  });

  test('a guard that is lowered no longer forbids clean; one that is raised decides', () => {
    expect(judged({ rules: { malformed: { severity: 'info' } } }).verdict).toBe('clean');
    expect(judged({ rules: { malformed: { severity: 'high' } } }).verdict).toBe('inconclusive');
    expect(judged({ rules: { malformed: { severity: 'critical' } } }).verdict).toBe('malicious');
  });
});

describe('baseline', () => {
  const artifact = artifactOf({ verdict: 'inconclusive', findings: [findingOf({ occurrences: 2 })] });
  const baseline = baselineOf([artifact], { digest: sha256Text, now });

  test('accepts what it lists, and survives being written', () => {
    const again = parseBaseline(JSON.stringify(baseline), 'b.json');
    expect(again).toEqual(baseline);
    const report = judged({ baseline: again });
    expect(report.verdict).toBe('clean');
    expect(report.findings[0]?.suppressed).toEqual({ by: 'baseline', reason: 'in the baseline since 2026-06-15' });
  });

  test('does not accept more of the same, other evidence, another file, or other bytes when it names them', () => {
    const verdicts = [{ occurrences: 3 }, { data: { wanted: 9 } }, { location: { path: 'b.pt' } }].map(
      (change) => judged({ baseline }, { findings: [findingOf(change)] }).verdict,
    );
    expect(verdicts).toEqual(['inconclusive', 'inconclusive', 'inconclusive']);
    const bound = baselineOf([{ ...artifact, sha256: 'c'.repeat(64) }], { digest: sha256Text, now });
    expect(judged({ baseline: bound }, { sha256: 'd'.repeat(64) }).verdict).toBe('inconclusive');
    expect(judged({ baseline: bound }, { sha256: 'c'.repeat(64) }).verdict).toBe('clean');
    expect(judged({ baseline: bound }).verdict).toBe('inconclusive');
  });

  test('keeps the dates of what was accepted before', () => {
    const later = baselineOf([artifact], { digest: sha256Text, now: new Date('2027-01-01'), previous: baseline });
    expect(later.findings[0]?.created).toBe('2026-06-15');
  });

  test.each(['', '[]', '{"schemaVersion":"2.0","findings":[]}', '{"schemaVersion":"1.0","findings":[{}]}'])(
    'refuses %s',
    (text) => {
      expect(() => parseBaseline(text, 'b.json')).toThrow(ConfigError);
    },
  );
});

describe('threshold', () => {
  const exit = (verdict: ArtifactReport['verdict'], threshold: Parameters<typeof exitCodeOf>[1]): number =>
    exitCodeOf(reportOf([artifactOf({ verdict })]), threshold);

  test('fails at the threshold and above', () => {
    expect(reaches('inconclusive', 'suspicious')).toBe(false);
    expect([
      exit('clean', 'inconclusive'),
      exit('inconclusive', 'inconclusive'),
      exit('malicious', 'suspicious'),
    ]).toEqual([0, 1, 1]);
    expect([exit('inconclusive', 'suspicious'), exit('suspicious', 'malicious'), exit('malicious', 'never')]).toEqual([
      0, 0, 0,
    ]);
  });

  test('2 when nothing could be scanned; never 0 when a named target could not be read', () => {
    const unreadable = artifactOf({ format: 'unreadable', verdict: 'inconclusive' });
    expect(exitCodeOf(reportOf([]), 'never')).toBe(2);
    expect(exitCodeOf(reportOf([unreadable]), 'never')).toBe(2);
    const mixed = reportOf([unreadable, artifactOf()]);
    expect(exitCodeOf({ ...mixed, summary: { ...mixed.summary, unreadableTargets: 1 } }, 'never')).toBe(1);
  });
});

describe('text from files', () => {
  test('visible: nothing that draws remains, and ordinary writing of any script does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // oxlint-disable-next-line no-control-regex -- the characters a terminal obeys
        expect(visible(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
        expect(visible(text).isWellFormed()).toBe(true);
      }),
    );
    expect(visible('模型 é λ 🙂 ok')).toBe('模型 é λ 🙂 ok');
    expect(visibleShort('x'.repeat(50), 10)).toBe(`${'x'.repeat(10)}… (50 characters)`);
  });

  test('jsonSafe: any value becomes JSON that comes back the same', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withMap: true, withSet: true, withTypedArray: true, withDate: true }),
        (value) => {
          const safe = jsonSafe(value);
          expect(JSON.parse(jsonText(safe))).toEqual(JSON.parse(JSON.stringify(safe)));
        },
      ),
    );
    expect(jsonSafe({ a: 2n ** 64n, b: Uint8Array.of(1, 255), c: '\ud800x', d: Number.NaN })).toEqual({
      a: '18446744073709551616',
      b: '01ff',
      c: '\\ud800x',
      d: 'NaN',
    });
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(jsonText(jsonSafe(loop)).length).toBeLessThan(1000);
    expect(jsonText('\u202e\u009b')).toBe('"\\u202e\\u009b"');
  });
});
