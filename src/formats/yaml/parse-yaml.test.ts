import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError, LimitError } from '../../bytes/errors.ts';
import { defaultLimits } from '../../bytes/limits.ts';
import { type DocumentNode, get, stringOf } from '../document.ts';
import { parseYaml } from './parse-yaml.ts';

const limits = { ...defaultLimits, maxDocumentNodes: 20_000, maxDocumentDepth: 50 };

function plain(node: DocumentNode | undefined): unknown {
  if (node === undefined) return undefined;
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plain);
  return Object.fromEntries(node.entries.map((entry) => [entry.key, plain(entry.value)]));
}

const roots = (text: string): DocumentNode[] => parseYaml(text, limits).map((part) => part.root);

describe('parseYaml', () => {
  test('reads several documents', () => {
    expect(roots('a: 1\n---\n- x\n- yes\n- "yes"\n').map(plain)).toEqual([{ a: 1 }, ['x', true, 'yes']]);
  });

  test('ends lines as YAML 1.1 does too', () => {
    expect(roots('# c\ra: 1\r\nb: 2\n').map(plain)).toEqual([{ a: 1, b: 2 }]);
    for (const lineBreak of '\u0085\u2028\u2029') {
      expect(roots(`# c${lineBreak}a: 1\n`).map(plain)).toContainEqual({ a: 1 });
      expect(roots(`a: "x${lineBreak} y"\n`).map(plain)[0]).toEqual({ a: `x${lineBreak} y` });
    }
  });

  test.each([
    ['a: !!python/object/apply:os.system [id]', '!!python/object/apply:os.system'],
    ['%TAG !p! tag:yaml.org,2002:python/\n---\na: !p!object/apply:os.system [id]', '!!python/object/apply:os.system'],
    ['a: !<tag:yaml.org,2002:python/name:os.system> x', '!!python/name:os.system'],
    ['a: !!py%74hon/name:os.system x', '!!python/name:os.system'],
    ['a: !new:torch.nn.Linear\n  x: 1', '!new:torch.nn.Linear'],
  ])('keeps the tag of %s', (text, tag) => {
    expect(get(roots(text)[0], 'a')?.tag).toBe(tag);
  });

  test('drops core tags and dates', () => {
    const [root] = roots('a: !!str 1\nb: 2020-01-01\nc: !!binary aGk=\nd: !!set {x, y}\n');
    expect(plain(root)).toEqual({ a: '1', b: '2020-01-01', c: 'aGk=', d: { x: null, y: null } });
    expect(get(root, 'd')?.tag).toBeUndefined();
  });

  test('shows tagged and nested keys as values, since a loader builds them', () => {
    const [root] = roots('? !!python/object/apply:os.system [id]\n: 1');
    expect(root?.kind === 'map' && root.entries.map((entry) => [entry.key, entry.value.tag])).toEqual([
      ['? <list>', '!!python/object/apply:os.system'],
      ['<list>', undefined],
    ]);
  });

  test('writes out aliases and merge keys, own keys last', () => {
    const [root] = roots('base: &b {target: os.system, x: 1}\nuse:\n  <<: *b\n  x: 2\nagain: *b\n');
    expect(stringOf(get(get(root, 'use'), 'target'))).toBe('os.system');
    expect(plain(get(get(root, 'use'), 'x'))).toBe(2);
    expect(plain(get(root, 'again'))).toEqual({ target: 'os.system', x: 1 });
  });

  test('cuts an alias to what holds it', () => {
    expect(plain(roots('&a [1, *a]')[0])).toEqual([1, null]);
  });

  test('stops a billion laughs', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 10; i += 1) lines.push(`a${i}: &a${i} [${`*a${i - 1}, `.repeat(9)}]`);
    expect(() => roots(lines.join('\n'))).toThrow(LimitError);
  });

  test('stops at depth, length and stack', () => {
    expect(() => roots(`${'['.repeat(60)}${']'.repeat(60)}`)).toThrow(LimitError);
    expect(() => roots('['.repeat(200_000))).toThrow(LimitError);
    expect(() => roots('- '.repeat(60) + 'x')).toThrow(LimitError);
    expect(() => parseYaml('x'.repeat(100), { ...limits, maxYamlBytes: 99 })).toThrow(LimitError);
  });

  test('gives what could be read of damaged text', () => {
    const [part] = parseYaml('_target_: os.system\nb: [1, 2\nc: }\n', limits);
    expect(part?.error).toBeInstanceOf(FormatError);
    expect(stringOf(get(part?.root, '_target_'))).toBe('os.system');
  });

  test('reads closing brackets at any column, as PyYAML does, with right spans', () => {
    const text = 'model: !new:torch.nn.ModuleList [[\n    a,\n    b\n]]\nlast: x\n';
    const [part] = parseYaml(text, limits);
    expect(part?.error).toBeUndefined();
    expect(plain(part?.root)).toEqual({ model: [['a', 'b']], last: 'x' });
    expect(get(part?.root, 'last')?.span).toEqual({ start: text.indexOf('x\n'), end: text.indexOf('x\n') + 1 });
  });

  test('keeps long integers', () => {
    expect(plain(roots('a: 18446744073709551615')[0])).toEqual({ a: 18446744073709551615n });
  });

  test('throws nothing but LimitError', () => {
    assert(
      property(string({ maxLength: 60, unit: 'binary' }), (text) => {
        try {
          parseYaml(text, limits);
        } catch (error) {
          expect(error).toBeInstanceOf(LimitError);
        }
      }),
      { numRuns: 1500 },
    );
  });

  test('survives truncation at each offset', () => {
    const text = 'a: &x !new:t.L\n  - [1, {b: "c\\n"}]\nd: *x\n---\n? !!python/tuple [1]\n: |\n  text\n';
    for (let length = 0; length <= text.length; length += 1) {
      expect(() => parseYaml(text.slice(0, length), limits)).not.toThrow();
    }
  });
});
