import { describe, expect, it } from 'vitest';
import { matches, nextOrder, sortRows } from './table-order.ts';

describe('sortRows', () => {
  const rows = [{ n: 'b10' }, { n: 'B2' }, { n: null }, { n: 'a' }];

  it('reads numbers inside words as numbers and ignores case', () => {
    expect(sortRows(rows, (row) => row.n, false).map((row) => row.n)).toEqual(['a', 'B2', 'b10', null]);
  });

  it('keeps what has no key at the end when it is turned round', () => {
    expect(sortRows(rows, (row) => row.n, true).map((row) => row.n)).toEqual(['b10', 'B2', 'a', null]);
  });

  it('leaves the given list alone', () => {
    const given = [3, 1, 2];
    sortRows(given, (n) => n, false);
    expect(given).toEqual([3, 1, 2]);
  });
});

describe('nextOrder', () => {
  it('turns round on the second click and begins anew on another column', () => {
    const first = nextOrder(null, 'name');
    expect(first).toEqual({ column: 'name', descending: false });
    expect(nextOrder(first, 'name')).toEqual({ column: 'name', descending: true });
    expect(nextOrder(first, 'role')).toEqual({ column: 'role', descending: false });
  });
});

describe('matches', () => {
  it('wants every word, in any order', () => {
    expect(matches('Ada Lovelace ada@example.org', 'love ada')).toBe(true);
    expect(matches('Ada Lovelace', 'ada byron')).toBe(false);
    expect(matches('Ada', '')).toBe(true);
  });
});
