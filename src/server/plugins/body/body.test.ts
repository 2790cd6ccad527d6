import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RequestError } from '../../errors.ts';
import { parseForm } from './parse-form.ts';
import { parseJson } from './parse-json.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function outcome(text: string, maxDepth = 64): unknown {
  try {
    return parseJson(bytes(text), maxDepth);
  } catch (error) {
    if (error instanceof RequestError) return error.code;
    throw error;
  }
}

describe('parseJson', () => {
  test('reads whatever JSON.stringify writes, as JSON.parse does', () => {
    const poisoned = new Set(['__proto__', 'constructor', 'prototype']);
    const values = fc.jsonValue().filter((value) => !hasName(value, poisoned));
    fc.assert(
      fc.property(values, fc.constantFrom(undefined, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(outcome(text, 1000)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('accepts nothing that JSON.parse refuses, and throws nothing but its own error', () => {
    const pieces = fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\\', 'a', '1', ' ', 'true', '\\u0061', '\n');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const text = parts.join('');
        const result = outcome(text);
        if (result === 'malformed-json') return;
        expect(result).toEqual(JSON.parse(text));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['{"a":1,"a":2}', 'a name twice'],
    ['{"a":{"b":1,"b":1}}', 'a name twice, deeper'],
    ['{"a":1,"\\u0061":2}', 'the same name, written otherwise'],
    ['{"__proto__":1}', 'a poisoned name'],
    ['[{"prototype":1}]', 'a poisoned name in a list'],
  ])('refuses %s: %s', (text) => {
    expect(outcome(text)).toBe('malformed-json');
  });

  test.each([
    '{"a":{"a":1}}',
    '[{"a":1},{"a":1}]',
    '{"a":"a","b":"a"}',
    '{"a":"\\"a\\":1","b":1}',
    '"__proto__"',
    '["constructor"]',
  ])('reads %s: the same name in another object, or no name', (text) => {
    expect(outcome(text)).toEqual(JSON.parse(text));
  });

  test('counts levels', () => {
    expect(outcome('[[[1]]]', 3)).toEqual([[[1]]]);
    expect(outcome('[[[[1]]]]', 3)).toBe('malformed-json');
  });

  test('never quotes the body in its error', () => {
    expect(() => parseJson(bytes('{"password":"hunter2" oops}'), 9)).toThrow(/^the body is not valid JSON$/);
  });
});

describe('parseForm', () => {
  test('reads names and values once each', () => {
    expect({ ...parseForm('a=1&b=x+y%20z', 'body') }).toEqual({ a: '1', b: 'x y z' });
    expect(() => parseForm('a=1&a=2', 'query')).toThrow(/query occurs more than once/);
    expect(() => parseForm('x&'.repeat(3), 'query')).toThrow(/more than once/);
    expect(() => parseForm(Array.from({ length: 60 }, (_, at) => `n${at}=1`).join('&'), 'body')).toThrow(/at most 50/);
  });

  test('has no names but those that were sent', () => {
    expect('toString' in parseForm('', 'query')).toBe(false);
    expect(Object.keys(parseForm('__proto__=1', 'query'))).toEqual(['__proto__']);
  });
});

function hasName(value: unknown, names: ReadonlySet<string>): boolean {
  if (Array.isArray(value)) return value.some((item) => hasName(item, names));
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, item]) => names.has(name) || hasName(item, names));
}
