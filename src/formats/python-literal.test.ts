import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError, LimitError } from '../bytes/errors.ts';
import type { DocumentNode } from './document.ts';
import { parsePythonLiteral } from './python-literal.ts';

const limits = { maxDocumentNodes: 1000, maxDocumentDepth: 50 };

function plain(node: DocumentNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plain);
  return Object.fromEntries(node.entries.map((entry) => [entry.key, plain(entry.value)]));
}

const read = (text: string): unknown => plain(parsePythonLiteral(text, limits));

describe('parsePythonLiteral', () => {
  test.each([
    ["{'_target_': 'builtins.exec', '_args_': ['import os']}", { _target_: 'builtins.exec', _args_: ['import os'] }],
    ['[1, -2.5, 1_000, 0x1F, 0o17, 0b101, True, None,]', [1, -2.5, 1000, 31, 15, 5, true, null]],
    ["('a', 'b')", ['a', 'b']],
    ["('a')", 'a'],
    ["('a',)", ['a']],
    ['()', []],
    ['{}', {}],
    ["{'a', 'b'}", ['a', 'b']],
    ['set()', []],
    ["{1: 'a', (1, 2): 'b', None: 'c'}", { 1: 'a', '<list>': 'b', null: 'c' }],
    ["'a' \"b\" '''c\nd'''", 'abc\nd'],
    [
      String.raw`'\x6f\163\u002e\U00000073\n\q\
'`,
      'os.s\n\\q',
    ],
    [String.raw`r'\x6f'`, '\\x6f'],
    [String.raw`b'\x00\u0041'`, '\0\\u0041'],
    ['1+2j', '1+2j'],
    ['[1, # a comment\n 2]', [1, 2]],
    ['[1, \\\n 2]', [1, 2]],
    ['99999999999999999999', 99999999999999999999n],
    ['...', '...'],
  ])('reads %s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test.each(['', 'os.system', "f'{x}'", '[1 2]', '{1: 2, 3}', "'a", '[', 'print(1)', '1+2', "'a' + 'b'", '{[}'])(
    'refuses %s',
    (text) => {
      expect(() => read(text)).toThrow(FormatError);
    },
  );

  test('stops at its limits', () => {
    expect(() => read('['.repeat(10_000))).toThrow(LimitError);
    expect(() => read(`[${'1,'.repeat(2000)}]`)).toThrow(LimitError);
  });

  test('throws nothing but typed errors', () => {
    assert(
      property(string({ maxLength: 40 }), (text) => {
        try {
          read(text);
        } catch (error) {
          expect(error instanceof FormatError || error instanceof LimitError).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
