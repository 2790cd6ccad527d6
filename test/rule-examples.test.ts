import { describe, expect, test } from 'vitest';
import { BufferSource } from '../src/bytes/source.ts';
import type { AnyRule, Example } from '../src/rules/rule.ts';
import { rules } from '../src/rules/index.ts';
import { scanSource } from '../src/scan/scan-source.ts';

/** Notices that only damage, limits or passwords provoke; their own tests provoke them. */
const WITHOUT_EXAMPLES = new Set([
  'encrypted',
  'unsupported-feature',
  'limit-exceeded',
  'internal-error',
  'unreadable',
  'unaccounted-bytes',
  'polyglot',
  'outside-link',
]);

function fires(rule: AnyRule, example: Example): boolean {
  const bytes = typeof example.content === 'string' ? new TextEncoder().encode(example.content) : example.content();
  return scanSource(new BufferSource(bytes), example.name).findings.some((finding) => finding.ruleId === rule.id);
}

describe.each(rules.map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
  test('has a bad and a good example', () => {
    if (WITHOUT_EXAMPLES.has(id)) return;
    expect(rule.examples.bad.length).toBeGreaterThan(0);
    expect(rule.examples.good.length).toBeGreaterThan(0);
  });

  test.each(rule.examples.bad)('fires on $name', (example) => {
    expect(fires(rule, example)).toBe(true);
  });

  test.each(rule.examples.good)('is silent on $name', (example) => {
    expect(fires(rule, example)).toBe(false);
  });

  test('says why, what to do, and where it is anchored', () => {
    expect(rule.why.length).toBeGreaterThan(40);
    expect(rule.fix.length).toBeGreaterThan(20);
    expect(rule.references.length).toBeGreaterThan(0);
  });
});

test('rule ids are unique and kebab-case', () => {
  const ids = rules.map((rule) => rule.id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
});
