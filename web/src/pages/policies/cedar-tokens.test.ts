import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cedarTokens, placeOf, underlinedParts } from './cedar-tokens.ts';

describe('cedarTokens', () => {
  it('loses nothing, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('"', '\\', '/', '\n', 'a', '@', ':', ' ', 'é', 'permit') }),
        (text) => {
          expect(
            cedarTokens(text)
              .map((token) => token.text)
              .join(''),
          ).toBe(text);
        },
      ),
    );
  });

  it('does not see keywords in strings and comments', () => {
    const kinds = cedarTokens('permit "permit" // permit').map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'keyword')).toHaveLength(1);
  });

  it('knows an entity by what follows', () => {
    expect(cedarTokens('Vouchsafe::Role::"admin"').map(({ kind }) => kind)).toContain('entity');
  });
});

describe('placeOf', () => {
  it.each([
    [0, 1, 1],
    [2, 1, 3],
    [3, 2, 1],
    [5, 2, 3],
  ])('offset %i is line %i, column %i', (offset, line, column) => {
    expect(placeOf('ab\ncd', offset)).toEqual({ line, column });
  });
});

describe('underlinedParts', () => {
  const wrong = (text: string, faults: readonly { start: number | null; end: number | null }[]): string[] =>
    underlinedParts(text, faults)
      .filter((part) => part.wrong)
      .map(({ words }) => words);

  it('marks each fault, an empty one by the character at its place', () => {
    expect(wrong('permit whn x', [{ start: 7, end: 10 }])).toEqual(['whn']);
    expect(wrong('permit', [{ start: 2, end: 2 }])).toEqual(['r']);
    expect(wrong('permit', [{ start: null, end: null }])).toEqual([]);
  });

  it('loses nothing, whatever the faults', () => {
    const place = fc.option(fc.integer({ min: 0, max: 30 }));
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.array(fc.record({ start: place, end: place })), (text, faults) => {
        expect(
          underlinedParts(text, faults)
            .map(({ words }) => words)
            .join(''),
        ).toBe(text);
      }),
    );
  });
});
