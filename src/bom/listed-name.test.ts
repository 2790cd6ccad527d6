import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listedName } from './listed-name.ts';

test('names show every character, and plain ones stay as they are', () => {
  expect(listedName('a/b c\u00e9.json')).toBe('a/b c\u00e9.json');
  expect(listedName('a\\b.json')).toBe('a\\b.json');
  expect(listedName('a\u202eb')).toBe('a\\u{202e}b');
  expect(listedName('a\\u{202e}b')).toBe('a\\\\u{202e}b');
});

test('no two paths are listed under one name (look-alikes of an escape, CVE-2021-42574)', () => {
  const part = fc.constantFrom(
    '\\',
    '\\\\',
    '\n',
    '\\n',
    'n',
    '\u202e',
    '\\u{202e}',
    'u{202e}',
    '\\x0a',
    '\u0000',
    'a',
  );
  const path = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(path, path, (a, b) => {
      expect(listedName(a) === listedName(b)).toBe(a === b);
    }),
    { numRuns: 20_000 },
  );
});
