import { array, assert, constantFrom, json, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError, LimitError } from '../../bytes/errors.ts';
import type { DocumentNode } from '../document.ts';
import { elided, parseJson, parseJsonValue } from './parse-json.ts';

const limits = { maxDocumentNodes: 100_000, maxDocumentDepth: 64 };
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string): DocumentNode => parseJson(encode(text), { limits }).root;

/** What JSON.parse would give: the last duplicate wins, long integers are rounded. */
function plain(node: DocumentNode): unknown {
  if (node.kind === 'scalar') return typeof node.value === 'bigint' ? Number(node.value) : node.value;
  if (node.kind === 'list') return node.items.map(plain);
  return Object.fromEntries(node.entries.map((entry) => [entry.key, plain(entry.value)]));
}

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'nothing';
  } catch (error) {
    if (error instanceof FormatError || error instanceof LimitError) return error.code;
    throw error;
  }
}

describe('parseJson', () => {
  test('agrees with JSON.parse on every JSON value', () => {
    assert(
      property(json({ maxDepth: 8, stringUnit: 'grapheme' }), (text) => {
        expect(plain(parse(text))).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  test('agrees with JSON.parse on what is no JSON, apart from what Python reads too', () => {
    const token = constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '1',
      '-',
      '.5',
      'e9',
      '0',
      ' ',
      'null',
      '\\',
      'é',
    );
    assert(
      property(array(token, { maxLength: 12 }), (tokens) => {
        const text = tokens.join('');
        const ours = codeOf(() => parse(text)) === 'nothing';
        const theirs = codeOf(() => {
          try {
            JSON.parse(text);
          } catch (cause) {
            throw FormatError.of('malformed', { expected: 'JSON', found: '', offset: 0 }, cause);
          }
        });
        expect(ours).toBe(theirs === 'nothing');
      }),
      { numRuns: 3000 },
    );
  });

  test('throws nothing but typed errors on arbitrary bytes', () => {
    assert(
      property(uint8Array({ maxLength: 64 }), (bytes) => {
        codeOf(() => parseJson(bytes, { limits }));
      }),
      { numRuns: 2000 },
    );
  });

  test('reports truncation at each offset', () => {
    const bytes = encode('{"a": [1, "b\\u00e9\\n", true, {"c": null}]}');
    for (let length = 0; length < bytes.length; length += 1) {
      expect(
        codeOf(() => parseJson(bytes.subarray(0, length), { limits })),
        `at ${length}`,
      ).not.toBe('nothing');
    }
  });

  test('gives byte spans, shifted by the offset', () => {
    const { root, end } = parseJson(encode('{"é": "ü"}'), { limits, offset: 8 });
    expect(root.span).toEqual({ start: 8, end: 20 });
    expect(end).toBe(20);
    expect(root.kind === 'map' && root.entries[0]?.keySpan).toEqual({ start: 9, end: 13 });
    expect(root.kind === 'map' && root.entries[0]?.value.span).toEqual({ start: 15, end: 19 });
  });

  test('keeps duplicate keys, in order, and __proto__ as a key like any other', () => {
    const root = parse('{"a": 1, "a": 2, "__proto__": 3}');
    expect(root.kind === 'map' && root.entries.map((entry) => entry.key)).toEqual(['a', 'a', '__proto__']);
  });

  test('keeps integers exact beyond 2^53', () => {
    const root = parse('[9007199254740991, 9007199254740993, -18446744073709551616, 1e2, -0]');
    expect(root.kind === 'list' && root.items.map((item) => item.kind === 'scalar' && item.value)).toEqual([
      9007199254740991,
      9007199254740993n,
      -18446744073709551616n,
      100,
      -0,
    ]);
    expect(codeOf(() => parse('9'.repeat(5000)))).toBe('malformed');
  });

  test('notes a byte order mark, leading white space, NaN and lone surrogates', () => {
    const { oddities } = parseJson(encode('\uFEFF [NaN, -Infinity, "\\ud800", "\\ud83d\\ude00"]'), { limits });
    expect(oddities).toEqual([
      { code: 'byte-order-mark', offset: 0 },
      { code: 'leading-white-space', offset: 3 },
      { code: 'not-a-number', offset: 5 },
      { code: 'lone-surrogate', offset: 21 },
    ]);
  });

  test('refuses what readers refuse', () => {
    for (const text of [
      '',
      ' ',
      '01',
      '1.',
      '.5',
      '+1',
      "{'a': 1}",
      '[1,]',
      '{"a" 1}',
      '"\t"',
      '"\\x41"',
      '1 2',
      'nul',
      '"\\u12"',
    ]) {
      expect(
        codeOf(() => parse(text)),
        text,
      ).not.toBe('nothing');
    }
    expect(codeOf(() => parseJson(new Uint8Array([0x22, 0xff, 0x22]), { limits }))).toBe('malformed');
  });

  test('obeys its limits', () => {
    expect(codeOf(() => parse('['.repeat(100_000)))).toBe('limit-exceeded');
    const numbers = encode(`[${'1,'.repeat(50)}1]`);
    expect(codeOf(() => parseJson(numbers, { limits: { ...limits, maxDocumentNodes: 40 } }))).toBe('limit-exceeded');
  });

  test('drops plain items far down a long list, and nothing else', () => {
    const text = '[1, "a", "b c", ["x", "y"], {"_target_": "os.system"}, "${oc.env:A}", "{\\"a\\": 1}", null]';
    const { root } = parseJson(encode(text), { limits, elideAfter: 1 });
    const items = root.kind === 'list' ? root.items : [];
    expect(items.map((item) => item === elided)).toEqual([false, true, true, true, false, false, false, false]);
  });

  test('accepts comments and trailing commas only when told to, and notes them', () => {
    const text = '/* a */ {"b": [1, // c\n 2,],}';
    expect(codeOf(() => parse(text))).toBe('malformed');
    const { root, oddities } = parseJson(encode(text), { limits, lenient: true });
    expect(plain(root)).toEqual({ b: [1, 2] });
    expect(oddities.map((oddity) => oddity.code)).toEqual(['comment', 'leading-white-space', 'trailing-comma']);
    expect(codeOf(() => parseJson(encode('[/* 1]'), { limits, lenient: true }))).toBe('malformed');
    expect(codeOf(() => parseJson(encode('[,]'), { limits, lenient: true }))).toBe('malformed');
  });

  test('leaves what follows the value to parseJsonValue’s caller', () => {
    expect(parseJsonValue(encode(' {} {}'), { limits }).end).toBe(3);
  });
});
