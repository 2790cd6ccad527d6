import { expect, test } from 'vitest';
import { FormatError } from '../../bytes/errors.ts';
import { get, stringOf } from '../document.ts';
import { parseToml } from './index.ts';

const limits = { maxDocumentDepth: 50 };

test('reads tables, arrays and dates', () => {
  const root = parseToml('[a]\n_target_ = "os.system"\nd = 2024-01-02\nn = [1, 18446744073709551]\n', limits);
  expect(stringOf(get(get(root, 'a'), '_target_'))).toBe('os.system');
  expect(stringOf(get(get(root, 'a'), 'd'))).toBe('2024-01-02');
});

test('reports damage where it is', () => {
  try {
    parseToml('a = 1\nb = = 2\n', limits);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    expect((error as FormatError).offset).toBeGreaterThan(6);
  }
  expect(() => parseToml(`a = ${'['.repeat(10_000)}`, limits)).toThrow(FormatError);
});
