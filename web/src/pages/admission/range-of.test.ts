import { expect, it } from 'vitest';
import { rangeOf } from './range-of.ts';

const text = 'one: 1\ntwo: 2\n';

it('is from the place to the end of its line', () => {
  expect(rangeOf(text, { line: 2, column: 6 })).toEqual({ start: 12, end: 13 });
  expect(rangeOf(text, { line: 1, column: null })).toEqual({ start: 0, end: 6 });
});

it('stays within the text, wherever the place is', () => {
  expect(rangeOf(text, { line: 99, column: 99 })).toEqual({ start: 14, end: 14 });
  expect(rangeOf(text, { line: 1, column: 99 })).toEqual({ start: 6, end: 6 });
  expect(rangeOf('', { line: 3, column: 3 })).toEqual({ start: 0, end: 0 });
  expect(rangeOf(text, { line: null, column: 3 })).toEqual({ start: null, end: null });
});
