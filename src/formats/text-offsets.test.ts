import { assert, nat, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { TextOffsets } from './text-offsets.ts';

test('agrees with the encoder at every character border', () => {
  assert(
    property(string({ unit: 'grapheme', maxLength: 3000 }), nat(3000), (text, near) => {
      const position = Array.from(text).slice(0, near).join('').length;
      expect(new TextOffsets(text, 3).at(position)).toBe(3 + new TextEncoder().encode(text.slice(0, position)).length);
    }),
  );
});
