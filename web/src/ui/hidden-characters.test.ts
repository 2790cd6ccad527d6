import { expect, test } from 'vitest';
import { hiddenParts } from './hidden-characters.ts';

test('leaves what can be seen in one part, line ends and letters of every script', () => {
  const text = 'permit (principal,\n\taction); // für alle, גם בעברית, 🔏';
  expect(hiddenParts(text)).toEqual([{ start: 0, words: text, code: null }]);
  expect(hiddenParts('')).toEqual([]);
});

test('names what turns the order around or shows nothing', () => {
  const codes = hiddenParts('a\u202Eb\u200B\u2066c\uFEFF\u{E0041}').map(({ code, words }) => code ?? words);
  expect(codes).toEqual(['a', 'U+202E', 'b', 'U+200B', 'U+2066', 'c', 'U+FEFF', 'U+E0041']);
});

test('loses nothing', () => {
  const text = '\u202Ex\u{E0041}\u0000y';
  expect(
    hiddenParts(text)
      .map(({ words }) => words)
      .join(''),
  ).toBe(text);
});
