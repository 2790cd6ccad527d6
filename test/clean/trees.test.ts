import {
  array,
  assert,
  constantFrom,
  dictionary,
  integer,
  letrec,
  oneof,
  pre,
  property,
  record,
  string,
} from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, parseDocument, stringify } from 'yaml';
import { cleanBytes, bytesOf } from './run.ts';

/** What stands for a poisoned map before a document is written. */
const POISON = { _target_: 'os.system', _args_: ['id'] };

type Tree = null | boolean | number | string | typeof POISON | readonly Tree[] | { readonly [key: string]: Tree };

const key = string({ minLength: 1, maxLength: 6, unit: 'grapheme-ascii' }).filter(
  (text) => !/^[_<$@]|\$|^(?:__proto__|target|name|cls|fn|func|type|class.*|callable|module|function)$/.test(text),
);
const leaf = oneof(
  constantFrom(null, true, false, '', 'a: b', '# no comment', '- x', '"quoted"', "it's", 'two\nlines\n', 'ü ▁', 'yes'),
  integer({ min: -1e6, max: 1e6 }),
  string({ maxLength: 12, unit: 'grapheme-ascii' }).filter((text) => !text.includes('$') && !/[{!]/.test(text)),
);

const { tree } = letrec<{ tree: Tree }>((tie) => ({
  tree: oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    constantFrom(POISON),
    array(tie('tree'), { maxLength: 4 }),
    dictionary(key, tie('tree'), { maxKeys: 4 }),
  ),
}));
const document = record({
  first: leaf,
  rest: dictionary(key, tree, { minKeys: 1, maxKeys: 5 }),
  bad: constantFrom(POISON),
});

const isPoison = (value: unknown): boolean => value === POISON;

/** The same without what is poisoned, which is what cleaning is to leave. */
function without(value: Tree): unknown {
  if (Array.isArray(value)) return value.filter((item) => !isPoison(item)).map(without);
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([, item]) => !isPoison(item));
  return Object.fromEntries(kept.map(([name, item]) => [name, without(item)]));
}

function cleaned(text: string, file: string): { status: string; text: string } {
  const { status, cleaned: result } = cleanBytes(new TextEncoder().encode(text), file);
  return { status, text: result === undefined ? '' : new TextDecoder().decode(bytesOf(result.content)) };
}

/** JSON in many layouts: white space anywhere, which says nothing and must stay. */
function spaced(value: unknown, spaces: readonly string[]): string {
  let index = 0;
  const space = (): string => spaces[index++ % spaces.length] ?? '';
  const write = (node: unknown): string => {
    if (Array.isArray(node)) return `[${space()}${node.map(write).join(`${space()},${space()}`)}${space()}]`;
    if (node === null || typeof node !== 'object') return JSON.stringify(node);
    const entries = Object.entries(node).map(
      ([name, item]) => `${JSON.stringify(name)}${space()}:${space()}${write(item)}`,
    );
    return `{${space()}${entries.join(`${space()},${space()}`)}${space()}}`;
  };
  return write(value);
}

describe('what is not poisoned stays', () => {
  test('in JSON of any layout', () => {
    const space = constantFrom('', ' ', '\n', '\t', '\r\n  ');
    assert(
      property(document, array(space, { minLength: 1, maxLength: 7 }), (value, spaces) => {
        const { status, text } = cleaned(spaced(value, spaces), 'config.json');
        expect(status).toBe('cleaned');
        expect(JSON.parse(text)).toEqual(without(value));
      }),
      { numRuns: 400 },
    );
  });

  test('in YAML as a library writes it', () => {
    const options = record({
      indent: constantFrom(2, 4),
      indentSeq: constantFrom(true, false),
      collectionStyle: constantFrom('any' as const, 'block' as const, 'flow' as const),
      defaultStringType: constantFrom('PLAIN' as const, 'QUOTE_DOUBLE' as const, 'QUOTE_SINGLE' as const),
    });
    assert(
      property(document, options, (value, style) => {
        const written = stringify(value, { ...style, aliasDuplicateObjects: false, lineWidth: 0 });
        // With some options the library writes empty lists where it cannot read them itself.
        pre(parseDocument(written).errors.length === 0);
        const { status, text } = cleaned(written, 'config.yaml');
        expect([status, written]).toEqual(['cleaned', written]);
        expect(parse(text)).toEqual(without(value));
      }),
      { numRuns: 400 },
    );
  });
});

describe('comments and layout stay', () => {
  test('of YAML', () => {
    const text = `# head
model:            # the model
  encoder:
    - name: 'first'   # kept
      dim: 0x10
    # about the second
    - _target_: os.system
      _args_: [id]
    - "third"
  decoder: {a: 1,  bad: {_target_: builtins.exec}, b: [1,2]}
  last:
    _target_: subprocess.run   # gone
    args: [[id]]
# tail
seed: 1e3
`;
    const result = cleaned(text, 'model_config.yaml');
    expect(result.status).toBe('cleaned');
    expect(result.text).toBe(`# head
model:            # the model
  encoder:
    - name: 'first'   # kept
      dim: 0x10
    - "third"
  decoder: {a: 1, b: [1,2]}
# tail
seed: 1e3
`);
  });

  test('of JSON with comments, as editors write it', () => {
    const text = '{\n  // head\n  "a": 1.50, /* kept */\n  "auto_map": {"AutoModel": "x.Y"},\n  "b": [1,2,],\n}\n';
    expect(cleaned(text, 'config.json')).toEqual({
      status: 'cleaned',
      text: '{\n  // head\n  "a": 1.50, /* kept */\n  "b": [1,2,],\n}\n',
    });
  });

  test.each([
    ['{"auto_map": {"A": "x.Y"}}', '{}'],
    ['{"auto_map": {"A": "x.Y"},}', '{}'],
    ['{"a": [{"_target_": "os.system"}], "b": 2}', '{"a": [], "b": 2}'],
    ['{"b": 2, "auto_map": {"A": "x.Y"}}', '{"b": 2}'],
    ['{"auto_map": {"A": "x.Y"}, "_attn_implementation": "a/b", "b": 2}', '{"b": 2}'],
  ])('%s becomes %s', (before, after) => {
    expect(cleaned(before, 'config.json').text).toBe(after);
  });
});

test('of equal keys the last one stays, and is said', () => {
  const text = '{"auto_map": {"A": "x.Y"}, "model_type": "a", "model_type": "b"}';
  expect(cleaned(text, 'config.json').text).toBe('{"model_type": "b"}');
});

test('what refers to a poisoned anchor goes with it', () => {
  const text = 'base: &b\n  _target_: os.system\nuse: *b\na: 1\n';
  expect(cleaned(text, 'config.yaml')).toEqual({ status: 'cleaned', text: 'a: 1\n' });
});

test('an anchor inside of what is poisoned, which others refer to, is not torn out', () => {
  const text = 'base:\n  _target_: os.system\n  _args_: &b [1]\nuse: *b\n';
  expect(cleaned(text, 'config.yaml').status).toBe('refused: structure-changed');
});

test('the line of JSON Lines that is poisoned changes, the others do not', () => {
  const text = '{"a": 1}\n{"b": {"_target_": "os.system"}, "c": 2}\n{"d":  3}\n';
  expect(cleaned(text, 'data.jsonl').text).toBe('{"a": 1}\n{"c": 2}\n{"d":  3}\n');
});

test('of several YAML documents, or equal keys, only the poisoned one changes', () => {
  const two = '\u00fc: 1\na:\n  _target_: torch.nn.Linear\n---\na:\n  _target_: os.system\nb: 1\n';
  expect(cleaned(two, 'config.yaml').text).toBe('\u00fc: 1\na:\n  _target_: torch.nn.Linear\n---\nb: 1\n');
  const equal = '{"a": {"_target_": "os.system"}, "a": {"_target_": "torch.nn.Linear"}}';
  expect(cleaned(equal, 'config.json').text).toBe('{"a": {"_target_": "torch.nn.Linear"}}');
});
