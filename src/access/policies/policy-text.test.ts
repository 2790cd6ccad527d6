import { describe, expect, test } from 'vitest';
import { checkPolicies } from './check-policies.ts';
import { splitPolicies } from './policy-text.ts';

const when = (expression: string): string => `@id("x") permit (principal, action, resource) when { ${expression} };`;

/** Each of these breaks the WebAssembly of Cedar 4.13 for good ("memory access out of bounds") when it gets there. */
const breaking = {
  brackets: when(`${'('.repeat(200)}true${')'.repeat(200)}`),
  negations: when(`${'!('.repeat(200)}true${')'.repeat(200)}`),
  sets: when(`${'['.repeat(200)}${']'.repeat(200)}.isEmpty()`),
  sums: when(`${'1 + '.repeat(500)}1 > 3`),
  accesses: when(`context${'.a'.repeat(500)}`),
  conditionals: when(`${'if true then '.repeat(500)}true${' else false'.repeat(500)}`),
  conjunctions: when(`${'true && '.repeat(3000)}true`),
};

describe('what Cedar could not bear is refused before it gets there', () => {
  test.each(Object.entries(breaking))('%s', (_, text) => {
    expect(splitPolicies(text).faults).toHaveLength(1);
    expect(checkPolicies(text).valid).toBe(false);
    expect(checkPolicies(when('context.level == 2')).valid, 'Cedar still answers').toBe(true);
  });

  test('a text that hides brackets in what looks like a string or a comment to nobody', () => {
    for (const text of ['"'.concat('('.repeat(500)), `// \r${'('.repeat(500)}`, `"a\\"${'('.repeat(500)}`]) {
      expect(checkPolicies(text).valid).toBe(false);
    }
    expect(checkPolicies(when('true')).valid).toBe(true);
  });

  test('too many policies, too many characters', () => {
    expect(splitPolicies(when('true').repeat(501)).faults[0]?.message).toBe('expected at most 500 policies');
    expect(splitPolicies(' '.repeat(200_001)).faults[0]?.message).toBe('expected at most 200000 characters');
  });
});

describe('splitting', () => {
  test('finds each policy with its place, whatever strings and comments hold', () => {
    const first = '@id("a;b") permit (principal, action, resource);';
    const second = 'forbid (principal, action, resource) when { context.purpose == "x // y;" };';
    const text = `// not; a policy\n${first} // ;\n\n${second}`;
    expect(splitPolicies(text).statements.map(({ text }) => text)).toEqual([first, second]);
    const [, last] = splitPolicies(text).statements;
    expect(text.slice(last?.start, last?.end)).toBe(second);
  });

  test('an ordinary long policy is not refused', () => {
    const actions = Array.from({ length: 60 }, (_, i) => `Action::"a${i}"`).join(', ');
    const tests = Array.from({ length: 40 }, (_, i) => `context.level == ${i}`).join(' || ');
    expect(splitPolicies(`permit (principal, action in [${actions}], resource) when { ${tests} };`).faults).toEqual([]);
  });
});

describe('checking', () => {
  test('names the policy and the characters of each fault, beyond ASCII too', () => {
    const text = `// größer: äöü €\n${when('context.nothing == 1')}`;
    const { valid, faults } = checkPolicies(text);
    expect(valid).toBe(false);
    expect(faults[0]).toMatchObject({ policyId: 'x', severity: 'error' });
    const [fault] = faults;
    expect(text.slice(fault?.start ?? 0, fault?.end ?? 0)).toContain('context.nothing');
  });

  test('says where the syntax is wrong', () => {
    const text = '@id("x") permit (principal, action resource);';
    const [fault] = checkPolicies(text).faults;
    expect(text.slice(fault?.start ?? 0, fault?.end ?? 0)).toBe('resource');
  });

  test.each([
    ['no id', 'permit (principal, action, resource);', 'expected an id'],
    ['an id twice', `${when('true')} ${when('false')}`, 'found "x" again'],
    ['an id that is no word', '@id("A b") permit (principal, action, resource);', 'found "A b"'],
    ['a template', '@id("t") permit (principal == ?principal, action, resource);', 'includes a template'],
    [
      'an unknown action',
      '@id("x") permit (principal, action == Action::"models.fly", resource);',
      'unrecognized action',
    ],
  ])('%s', (_, text, message) => {
    const { valid, faults } = checkPolicies(text);
    expect(valid).toBe(false);
    expect(faults.map((fault) => fault.message).join()).toContain(message);
  });

  test('warns of a policy that can never apply', () => {
    const { valid, faults } = checkPolicies('@id("x") permit (principal, action, resource) when { "a" == "b" };');
    expect(valid).toBe(true);
    expect(faults).toMatchObject([{ severity: 'warning', policyId: 'x' }]);
  });
});
