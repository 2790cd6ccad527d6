import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DiffLine, diffLines, hunksOf } from './line-diff.ts';

const side = (lines: readonly DiffLine[], without: DiffLine['kind']): string =>
  lines
    .filter(({ kind }) => kind !== without)
    .map(({ text }) => text)
    .join('\n');

describe('diffLines', () => {
  it('finds the shortest script', () => {
    const kinds = diffLines('a\nb\nc\na\nb\nb\na', 'c\nb\na\nb\na\nc').map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind !== 'same')).toHaveLength(5);
  });

  it('numbers the lines of both sides', () => {
    expect(diffLines('a\nb', 'a\nx\nb')).toEqual([
      { kind: 'same', text: 'a', before: 1, after: 1 },
      { kind: 'added', text: 'x', before: null, after: 2 },
      { kind: 'same', text: 'b', before: 2, after: 3 },
    ]);
  });

  it('gives both texts back, whatever they are', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines(before, after);
        expect(side(lines, 'added')).toBe(before);
        expect(side(lines, 'removed')).toBe(after);
      }),
    );
  });

  it('does not lose itself in texts that share nothing', () => {
    const many = (letter: string): string => Array.from({ length: 4000 }, (_, index) => `${letter}${index}`).join('\n');
    const lines = diffLines(many('a'), many('b'));
    expect(lines.filter(({ kind }) => kind === 'removed')).toHaveLength(4000);
    expect(lines.filter(({ kind }) => kind === 'added')).toHaveLength(4000);
  });
});

describe('hunksOf', () => {
  it('leaves out what is far from every change', () => {
    const before = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    const after = before.with(2, 'changed').with(25, 'changed');
    const hunks = hunksOf(diffLines(before.join('\n'), after.join('\n')), 2);
    expect(hunks.map(({ skipped, lines }) => [skipped, lines.length])).toEqual([
      [0, 6],
      [18, 6],
    ]);
  });
});
