import { expect, it } from 'vitest';
import { yamlTokens } from './yaml-tokens.ts';

const kindsOf = (text: string) =>
  yamlTokens(text)
    .filter(({ kind }) => kind !== 'space')
    .map(({ kind, text: part }) => [kind, part]);

it('tells keys, words, strings and comments apart', () => {
  expect(kindsOf('default: deny # why\nname: "a: b # c"\n- x')).toEqual([
    ['entity', 'default'],
    ['keyword', 'deny'],
    ['comment', '# why'],
    ['entity', 'name'],
    ['string', '"a: b # c"'],
    ['word', '-'],
    ['word', 'x'],
  ]);
});

it('gives the text back, whatever it is', () => {
  for (const text of ['', '#', 'a:"b', "'", 'x#y: [1, {é: 2}]\r\n\t', '\u202e: x'])
    expect(
      yamlTokens(text)
        .map(({ text: part }) => part)
        .join(''),
    ).toBe(text);
});
