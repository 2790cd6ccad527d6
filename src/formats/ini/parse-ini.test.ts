import { expect, test } from 'vitest';
import { get, stringOf } from '../document.ts';
import { parseIni } from './parse-ini.ts';

test('reads sections, quotes, continued lines and comments', () => {
  const root = parseIni(
    '; c\n[a.b]\n@x = "y.v1"\nlist = [1,\n  2]\n# c\nk: v\nnothing\n[c]\nk = "a\\"b"\n',
    (at) => at,
  );
  expect(stringOf(get(get(root, 'a.b'), '@x'))).toBe('y.v1');
  expect(stringOf(get(get(root, 'a.b'), 'list'))).toBe('[1,\n2]');
  expect(stringOf(get(get(root, 'a.b'), 'k'))).toBe('v');
  expect(stringOf(get(get(root, 'c'), 'k'))).toBe('"a\\"b"');
});

test('ends lines at a lone carriage return', () => {
  const root = parseIni('[a]\n# c\rk = v\r\nl = w', (at) => at);
  expect([stringOf(get(get(root, 'a'), 'k')), stringOf(get(get(root, 'a'), 'l'))]).toEqual(['v', 'w']);
});

test('a value of very many lines takes no quadratic time', () => {
  const started = performance.now();
  parseIni(`[a]\nk =\n${'  v\n'.repeat(200_000)}`, (at) => at);
  expect(performance.now() - started).toBeLessThan(5000);
});
