import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Memo } from './memo.ts';
import { OpaqueNode, type Value } from './values.ts';

const index = fc.oneof(fc.nat(10_000), fc.nat(2 ** 31), fc.constantFrom(4095, 4096, 2 ** 32 - 1));
const value: fc.Arbitrary<Value> = fc.oneof(
  fc.integer(),
  fc.constantFrom(0, -1, 2 ** 31, -(2 ** 31), -(2 ** 31) + 1, 2 ** 40, -(2 ** 40)),
  fc.nat().map((offset) => new OpaqueNode('unknown', offset)),
);

test('holds what a map would, whatever the order of slots and kinds of values', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(index, value), { maxLength: 200 }), (puts) => {
      const memo = new Memo(1_000_000);
      const expected = new Map<number, Value>();
      for (const [slot, stored] of puts) {
        memo.put(slot, stored);
        expected.set(slot, stored);
      }
      for (const [slot, stored] of expected) expect(memo.get(slot)).toBe(stored);
      expect(memo.count).toBe(expected.size);
      expect(memo.get(123_456_789)).toBe(expected.get(123_456_789));
    }),
  );
});
