import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEscapes } from '../python-escapes.ts';
import { parseTemplateText } from './parse-template.ts';

describe('accepts what Jinja2 accepts', () => {
  test.each([
    "{% import 'a' as b %}{% from 'a' import c with context %}{% include ['a', 'b'] ignore missing %}",
    "{% extends 'base' %}{% block title scoped %}x{% endblock %}",
    "{% filter upper|replace('a', 'b') %}x{% endfilter %}",
    '{% with a = 1, b = a + 1 %}{{ a ~ b }}{% endwith %}',
    '{% call(user) list_users(x=1) %}{{ user }}{% endcall %}',
    '{% for k, v in d.items() if v recursive %}{{ loop(v) }}{% else %}none{% endfor %}',
    '{% raw %}{{ not a tag {% endraw %}',
    '{% generation %}{{ x }}{% endgeneration %}',
    '{%+ if a is divisibleby 3 and b is not none -%}x{%- elif c is in [1] %}y{% else %}z{% endif %}',
    "{{ {'a': {'b': 1}}['a'] }}{{ x[1:2, ::-1] }}{{ -x|abs }}{{ a.0 }}",
    '{% set ns.a, b = 1, 2 %}{% set x %}body{% endset %}{% set y | upper %}body{% endset %}',
    "{{ 'a' 'b' }}{{ (1, ) }}{{ () }}{{ a if b }}{{ f(*x, **y) }}",
    '{% do x.append(1) %}{% for i in x %}{% break %}{% endfor %}',
    '{% autoescape false %}{{ 0x1F + 1_000 + 1e3 }}{% endautoescape %}',
  ])('%s', (text) => {
    expect(parseTemplateText(text).problem).toBeUndefined();
  });
});

describe('refuses what Jinja2 refuses, keeping what came before', () => {
  test.each([
    '{{',
    '{% if a %}',
    '{{ a ! b }}',
    '{% for %}{% endfor %}',
    '{{ (a }}',
    '{% unknown %}',
    "{{ '\\x4' }}",
    '{# open',
    '{% set 42 = a %}',
    '{{ 1a }}',
    '{% raw %}',
    '{% if a %}{% endfor %}',
  ])('%s', (text) => {
    const parsed = parseTemplateText(`{{ first }}${text}`);
    expect(parsed.problem).toBeDefined();
    expect(parsed.tokens[0]?.value).toBe('first');
  });
});

test('escapes mean what Python makes of them', () => {
  expect(decodeEscapes('\\x5f\\137\\u005f\\U0000005f\\N{LOW LINE}')).toBe('_____');
  expect(decodeEscapes('\\q\\n')).toBe('\\q\n');
  expect(decodeEscapes('\\U00110000')).toBeUndefined();
});

test('is total on any text', () => {
  const piece = fc.constantFrom(
    '{{',
    '}}',
    '{%',
    '%}',
    '{#',
    '#}',
    "'",
    '(',
    ')',
    '[',
    ']',
    'if',
    'for',
    ' in ',
    'x',
    '|',
    '.',
    '~',
    'endif',
    'set',
    '=',
    '-',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 60 }), (pieces) => {
      parseTemplateText(pieces.join(''));
    }),
    { numRuns: 3000 },
  );
});

test.each([
  ['brackets', '{{ ' + '('.repeat(500_000)],
  ['unary', '{{ ' + '-'.repeat(500_000) + 'x }}'],
  ['not', '{{ ' + 'not '.repeat(200_000) + 'x }}'],
  ['members', '{{ x' + '.a'.repeat(300_000) + ' }}'],
  ['concatenation', '{{ x' + '~a'.repeat(300_000) + ' }}'],
  ['blocks', '{% if a %}'.repeat(80_000)],
  ['spaces', ' '.repeat(1_000_000) + '{%'],
  ['open braces', '{'.repeat(1_000_000)],
  ['raw tags', '{% raw'.repeat(150_000)],
  ['comments', '{#'.repeat(500_000)],
  ['list', '{{ [' + '1,'.repeat(400_000) + '] }}'],
])('a megabyte of %s is read in bounded time', (_, text) => {
  const started = performance.now();
  parseTemplateText(text);
  expect(performance.now() - started).toBeLessThan(20_000);
});
