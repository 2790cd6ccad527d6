import { parse, TomlDate, TomlError, type TomlTable, type TomlValue } from 'smol-toml';
import { FormatError, LimitError } from '../../bytes/errors.ts';
import type { Limits } from '../../bytes/limits.ts';
import { decodeText } from '../decode-text.ts';
import type { DocumentNode } from '../document.ts';
import { emitDocument } from '../emit-document.ts';
import { defineFormat } from '../format.ts';

/** TOML 1.0. Readers agree on it, and duplicates are errors, so the library's plain values lose nothing but spans. */
export const toml = defineFormat({
  id: 'toml',
  title: 'TOML document',
  extensions: ['.toml'],
  detect: (probe) => (probe.name.endsWith('.toml') ? 'likely' : null),
  parse(context) {
    const { source, limits } = context;
    const { text } = decodeText(source, { name: 'maxYamlBytes', bytes: limits.maxYamlBytes });
    emitDocument(context, { root: parseToml(text, limits), syntax: 'toml' });
    context.cover(0, source.size, 'structure');
  },
});

/** @throws FormatError `malformed`, LimitError `maxDocumentDepth` */
export function parseToml(text: string, limits: Pick<Limits, 'maxDocumentDepth'>): DocumentNode {
  try {
    return tableNode(parse(text, { maxDepth: limits.maxDocumentDepth, integersAsBigInt: 'asNeeded' }));
  } catch (error) {
    if (error instanceof RangeError) {
      throw LimitError.of('maxDocumentDepth', limits.maxDocumentDepth, 'more');
    }
    if (!(error instanceof TomlError)) throw error;
    const found = (error.message.split('\n')[0] ?? '').slice(0, 200);
    const offset = lineOffset(text, error.line) + error.column - 1;
    throw FormatError.of('malformed', { expected: 'TOML', found, offset }, error);
  }
}

function tableNode(table: TomlTable): DocumentNode {
  return { kind: 'map', entries: Object.entries(table).map(([key, value]) => ({ key, value: nodeOf(value) })) };
}

function nodeOf(value: TomlValue): DocumentNode {
  if (Array.isArray(value)) return { kind: 'list', items: value.map(nodeOf) };
  if (value instanceof TomlDate) return { kind: 'scalar', value: value.toISOString() };
  if (typeof value === 'object') return tableNode(value);
  return { kind: 'scalar', value };
}

function lineOffset(text: string, line: number): number {
  let at = 0;
  for (let i = 1; i < line && at >= 0; i += 1) at = text.indexOf('\n', at) + 1;
  return Math.max(0, at);
}
