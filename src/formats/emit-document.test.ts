import { describe, expect, test } from 'vitest';
import { LimitError } from '../bytes/errors.ts';
import { defaultLimits } from '../bytes/limits.ts';
import type { ConfigDocument } from './document.ts';
import { emitDocument } from './emit-document.ts';
import { parseJson } from './json/parse-json.ts';
import type { Template } from './template.ts';
import type { TextContent } from './text-content.ts';

/** Everything that one JSON text makes emitDocument emit. */
function emitted(text: string, path = 'dir/Config.JSON') {
  const documents: ConfigDocument[] = [];
  const templates: Template[] = [];
  const texts: TextContent[] = [];
  const emit = (facet: string, value: unknown): void => {
    if (facet === 'document') documents.push(value as ConfigDocument);
    if (facet === 'template') templates.push(value as Template);
    if (facet === 'text') texts.push(value as TextContent);
  };
  const { root } = parseJson(new TextEncoder().encode(text), { limits: defaultLimits });
  const sink = { path, limits: defaultLimits, emit, flaw: () => undefined };
  emitDocument(sink as never, { root, syntax: 'json' });
  return { documents, templates, texts };
}

describe('emitDocument', () => {
  test('takes the file name from the path', () => {
    expect(emitted('{}').documents).toMatchObject([{ fileName: 'config.json', pointer: '', syntax: 'json' }]);
  });

  test.each([
    ['{"_target_": "os.system"}', 'json'],
    ["{'_target_': 'os.system', '_args_': ('id',)}", 'literal'],
    ["  [{'a': 1}]", 'literal'],
    ['a:\n  _target_: os.system\n', 'yaml'],
    ['!!python/object/apply:os.system [id]', 'yaml'],
  ])('finds the document in %j', (inner, syntax) => {
    const [outer, nested] = emitted(JSON.stringify({ 'a/b': inner })).documents;
    expect(nested).toMatchObject({ syntax, pointer: '/a~1b', fileName: 'config.json' });
    expect(nested?.carrier).toEqual(outer?.root.kind === 'map' && outer.root.entries[0]?.value.span);
  });

  test.each([
    '',
    '{',
    '{x}',
    '[CLS]',
    '{% for m in messages %}{{ m: 1 }}{% endfor %}',
    'a: b',
    '12',
    '{{ a: b }}',
    "{'a': b}",
  ])('takes %j for a string', (inner) => {
    expect(emitted(JSON.stringify({ a: inner })).documents).toHaveLength(1);
  });

  test('follows strings in strings, to a limit', () => {
    const wrap = (levels: number): string => {
      let text = '{"_target_": "os.system"}';
      for (let i = 0; i < levels; i += 1) text = JSON.stringify({ a: text });
      return text;
    };
    expect(emitted(wrap(4)).documents.at(-1)?.pointer).toBe('/a/a/a/a');
    expect(() => emitted(wrap(8))).toThrow(LimitError);
  });

  test('emits chat templates in each of their shapes', () => {
    const { templates } = emitted(
      JSON.stringify({
        chat_template: [
          { name: 'default', template: 'a' },
          { name: 'tool_use', template: 'b' },
        ],
        inner: { chat_template: { rag: 'c' } },
        'tokenizer.chat_template.x': 'd',
        processor: { chat_template: 'e' },
      }),
    );
    expect(templates.map(({ name, text, pointer }) => [name, text, pointer])).toEqual([
      ['default', 'a', '/chat_template/0/template'],
      ['tool_use', 'b', '/chat_template/1/template'],
      ['rag', 'c', '/inner/chat_template/rag'],
      ['x', 'd', '/tokenizer.chat_template.x'],
      ['default', 'e', '/processor/chat_template'],
    ]);
  });

  test('emits readable text with its nature', () => {
    const { texts } = emitted(
      JSON.stringify({
        description: 'short',
        'general.description': 'also short',
        other: 'a sentence of more than forty characters, so somebody reads it',
        path: 'a/long/path/that/nobody/reads/as/text/because/it/has/no/spaces',
        added_tokens: [{ content: '<|a|>' }],
        added_tokens_decoder: { 1: { content: '<|b|>' } },
        bos_token: { content: '<s>' },
        additional_special_tokens: ['<|c|>'],
      }),
    );
    expect(texts.map(({ pointer, nature }) => [pointer, nature])).toEqual([
      ['/description', 'prose'],
      ['/general.description', 'prose'],
      ['/other', 'prose'],
      ['/added_tokens/0/content', 'identifier'],
      ['/added_tokens_decoder/1/content', 'identifier'],
      ['/bos_token/content', 'identifier'],
      ['/additional_special_tokens/0', 'identifier'],
    ]);
  });
});
