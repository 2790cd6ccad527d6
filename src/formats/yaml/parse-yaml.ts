import { parseAllDocuments } from 'yaml';
import { FormatError, LimitError } from '../../bytes/errors.ts';
import type { Limits } from '../../bytes/limits.ts';
import type { DocumentNode } from '../document.ts';
import { YamlConverter } from './yaml-converter.ts';

export type YamlLimits = Pick<Limits, 'maxYamlBytes' | 'maxYamlAliases' | 'maxDocumentNodes' | 'maxDocumentDepth'>;

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
    const first = document.errors[0];
    return first === undefined ? { root } : { root, error: syntaxError(first, toOffset) };
  });
}

function syntaxError(error: { message: string; pos: readonly [number, number] }, toOffset: (at: number) => number) {
  return FormatError.of('malformed', { expected: 'YAML', found: error.message, offset: toOffset(error.pos[0]) }, error);
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
