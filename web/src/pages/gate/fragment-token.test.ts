import { describe, expect, it } from 'vitest';
import { tokenIn } from './fragment-token.ts';

describe('tokenIn', () => {
  it.each([
    ['#token=abc_DEF-123', 'abc_DEF-123'],
    ['#abc_DEF-123', 'abc_DEF-123'],
    ['#other=1', null],
    ['#', null],
    ['', null],
  ])('%j holds %j', (fragment, token) => {
    expect(tokenIn(fragment)).toBe(token);
  });
});
