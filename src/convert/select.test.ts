import { describe, expect, it } from 'vitest';
import { matches, selects } from './select.ts';

describe('globs of names', () => {
  it.each([
    ['*', '', true],
    ['*', 'a.b/c', true],
    ['model.*', 'model.layer.0', true],
    ['*.weight', 'a.weight', true],
    ['*.weight', 'a.weights', false],
    ['layer.?.w', 'layer.1.w', true],
    ['layer.?.w', 'layer.10.w', false],
    ['a*b*c', 'aXbYbZc', true],
    ['a.b', 'aXb', false],
    ['', 'a', false],
  ])('%s on %s is %s', (glob, name, expected) => {
    expect(matches(glob, name)).toBe(expected);
  });

  it('takes no time on a glob made to backtrack', () => {
    expect(matches('*a'.repeat(200), 'a'.repeat(5000) + 'b')).toBe(false);
  });

  it('excludes after it selects', () => {
    const wanted = selects({ select: ['a*'], exclude: ['*b'] });
    expect(['a', 'ab', 'c'].map(wanted)).toEqual([true, false, false]);
  });
});
