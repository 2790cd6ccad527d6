import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BufferSource } from '../../src/bytes/source.ts';
import { scanSource } from '../../src/scan/scan-source.ts';
import { hostileTemplates } from './hostile.ts';
import { ordinaryTemplates } from './ordinary.ts';

const scan = (text: string) => scanSource(new BufferSource(new TextEncoder().encode(text)), 'chat_template.jinja');

describe('ordinary templates stay clean', () => {
  test.each(Object.entries(ordinaryTemplates))('%s', (_, template) => {
    const report = scan(template);
    expect(report.findings).toEqual([]);
    expect(report.verdict).toBe('clean');
  });
});

describe('hostile templates are seen', () => {
  test.each(hostileTemplates)('%s: %s', (rule, _, template) => {
    const report = scan(template);
    expect(report.findings.map((finding) => finding.ruleId)).toContain(rule);
    expect(report.verdict).not.toBe('clean');
  });

  test('code execution is critical wherever it stands in an ordinary template', () => {
    for (const template of Object.values(ordinaryTemplates)) {
      expect(scan(`${template}{{ lipsum.__globals__ }}`).verdict).toBe('malicious');
    }
  });
});

test('any text is judged without an internal error', () => {
  const piece = fc.constantFrom(
    '{{ ',
    ' }}',
    '{% ',
    ' %}',
    'if ',
    'for x in ',
    "'a'",
    '~',
    '|attr(',
    ')',
    'content',
    '.',
    '[',
    ']',
    '*',
    '9',
    'endif',
    'endfor',
    'set y = ',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 40 }), (pieces) => {
      expect(scan(pieces.join('')).findings.map((finding) => finding.ruleId)).not.toContain('internal-error');
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['concatenations', `{{ '__a'${" ~ 'b'".repeat(190)} }}`.repeat(200)],
  [
    'nested constant loops',
    `${"{% for a in 'abcdefghijklmnopqrstuvwxyz' %}".repeat(20)}{{ a ~ 'x' }}${'{% endfor %}'.repeat(20)}`,
  ],
  ['replacements', `{{ 'aaaa'${".replace('a', 'aaaaaaaa')".repeat(60)} }}`.repeat(100)],
  ['comments', `{{ '${'<!--'.repeat(60_000)}' }}`],
  ['links', `{{ '${'https://'.repeat(30_000)}' }}`],
  ['words', `{{ '${'do not mention '.repeat(16_000)}' }}`],
  [
    'conditions',
    "{% if 'abc' in m.content %}".repeat(90) + 'some words of text here '.repeat(5000) + '{% endif %}'.repeat(90),
  ],
])('a large template of %s is judged in bounded time', (_, template) => {
  const started = performance.now();
  scan(template.slice(0, 250_000));
  expect(performance.now() - started).toBeLessThan(20_000);
});
