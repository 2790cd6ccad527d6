import { assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { FormatError, LimitError } from '../../bytes/errors.ts';
import type { DocumentNode } from '../document.ts';
import { parsePbtxt } from './parse-pbtxt.ts';

const limits = { maxDocumentDepth: 20, maxDocumentNodes: 1000 };
const parse = (text: string): DocumentNode => parsePbtxt(text, limits, (at) => at);

function plain(node: DocumentNode): unknown {
  if (node.kind === 'scalar') return node.value;
  return node.kind === 'list' ? node.items.map(plain) : node.entries.map((entry) => [entry.key, plain(entry.value)]);
}

test('reads fields, messages, lists, joined strings and comments', () => {
  const text = 'a: "x" \'y\' # c\nb { c: -1.5e3; d < e: TRUE > } l: [1, {f: 2},] [x.y/z] { }\nb { }';
  expect(plain(parse(text))).toEqual([
    ['a', 'xy'],
    [
      'b',
      [
        ['c', '-1.5e3'],
        ['d', [['e', 'TRUE']]],
      ],
    ],
    ['l', ['1', [['f', '2']]]],
    ['[x.y/z]', []],
    ['b', []],
  ]);
});

test('throws nothing but typed errors', () => {
  assert(
    property(string({ maxLength: 50 }), (text) => {
      try {
        parse(text);
      } catch (error) {
        expect(error instanceof FormatError || error instanceof LimitError).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
  expect(() => parse('a {'.repeat(1000))).toThrow(LimitError);
  expect(() => parse('a: ['.repeat(1000))).toThrow();
  expect(() => parse('a: [ ['.repeat(1) + '['.repeat(1000))).toThrow(LimitError);
});
