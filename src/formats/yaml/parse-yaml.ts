import { parseAllDocuments } from 'yaml';
import { FormatError, LimitError } from '../../bytes/errors.ts';
import type { DocumentNode } from '../document.ts';
import { YamlConverter, type YamlLimits } from './yaml-converter.ts';

/** One document of a YAML stream. */
export interface YamlDocument {
  readonly root: DocumentNode;
  /** The first thing that is not YAML; the tree then holds what could be read. */
  readonly error?: FormatError;
}

/**
 * Reads a YAML stream. Tags are kept as written in full, anchors expanded in place, merge keys followed, duplicates kept.
 * `toOffset` turns positions in `text` into the offsets of spans.
 * @throws LimitError
 */
export function parseYaml(text: string, limits: YamlLimits, toOffset = (at: number): number => at): YamlDocument[] {
  if (text.length > limits.maxYamlBytes) throw LimitError.of('maxYamlBytes', limits.maxYamlBytes, text.length);
  const lines = text.replace(LONE_RETURN, '\n');
  const documents = readEither(lines, limits, toOffset);
  if (!OLD_BREAK.test(lines)) return documents;
  return [...documents, ...readEither(lines.replaceAll(new RegExp(OLD_BREAK, 'g'), '\n'), limits, toOffset)];
}

/** A carriage return ends a line in every version of YAML; the library knows it only before a line feed. */
const LONE_RETURN = /\r(?!\n)/g;
/** What ends a line in YAML 1.1 (§4.2), as PyYAML has it, and is any character in 1.2: such text is read both ways. */
const OLD_BREAK = /[\u0085\u2028\u2029]/;

function readEither(text: string, limits: YamlLimits, toOffset: (at: number) => number): YamlDocument[] {
  const documents = read(text, limits, toOffset);
  if (documents.every((document) => document.error === undefined) || !LEADING_BRACKET.test(text)) return documents;
  // PyYAML lets closing brackets stand at any column, the library does not: once more, with them moved in.
  const moved = moveBrackets(text, toOffset);
  const again = read(moved.text, limits, moved.toOffset);
  return again.every((document) => document.error === undefined) ? again : documents;
}

/** A line that begins with closing brackets. */
const LEADING_BRACKET = /^[\]}]/m;
const INSET = ' ';

function moveBrackets(text: string, toOffset: (at: number) => number) {
  const inserted: number[] = [];
  const moved = text.replace(/^[\]}]/gm, (bracket, at: number) => {
    inserted.push(at + inserted.length * INSET.length);
    return INSET + bracket;
  });
  return { text: moved, toOffset: (at: number) => toOffset(at - countBelow(inserted, at) * INSET.length) };
}

/** How many of the ascending numbers are below `limit`. */
function countBelow(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function read(text: string, limits: YamlLimits, toOffset: (at: number) => number): YamlDocument[] {
  // Tags and merge keys are resolved by the converter, so that the library builds neither dates nor sets nor omaps.
  const documents = withinStack(limits, () => {
    const parsed = parseAllDocuments(text, {
      schema: 'core',
      resolveKnownTags: false,
      merge: false,
      uniqueKeys: false,
      strict: false,
      prettyErrors: false,
      logLevel: 'silent',
    });
    return 'empty' in parsed ? [] : parsed;
  });
  return documents.map((document) => {
    const root = new YamlConverter(limits, toOffset).convert(document.contents);
    const first = document.errors.find((error) => !isTolerated(error));
    return first === undefined ? { root } : { root, error: syntaxError(first, toOffset) };
  });
}

function syntaxError(error: { message: string; pos: readonly [number, number] }, toOffset: (at: number) => number) {
  return FormatError.of('malformed', { expected: 'YAML', found: error.message, offset: toOffset(error.pos[0]) }, error);
}

/** The closing bracket of a flow collection may stand at any column in PyYAML and libyaml; the tree is the same. */
function isTolerated(error: { readonly code: string; readonly message: string }): boolean {
  return error.code === 'BAD_INDENT' && error.message.startsWith('Flow ');
}

/** The library recurses without a bound of its own: a stack that runs out is its depth limit. */
function withinStack<Result>(limits: YamlLimits, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw LimitError.of('maxDocumentDepth', limits.maxDocumentDepth, 'more');
  }
}
