import type { Facets } from '../formats/facets.ts';
import type { Format, ParseContext } from '../formats/format.ts';
import type { ReadContext } from './reader.ts';

type Collected = { [Name in keyof Facets]?: Facets[Name][] };

/** What a parser told of a file. */
export interface Parsed {
  all<Name extends keyof Facets>(facet: Name): readonly Facets[Name][];
}

/**
 * Takes a file apart with the parser that also judges it. Damage that judging survives is an error here: whoever takes
 * numbers out of a file must not guess.
 * @throws FormatError, LimitError, ReadError.
 */
export function parseWith(context: ReadContext, format: Format): Parsed {
  const collected: Collected = {};
  format.parse({
    ...parseContextOf(context),
    emit: (facet, value) => {
      const list: (typeof value)[] = collected[facet] ?? [];
      list.push(value);
      Object.assign(collected, { [facet]: list });
    },
  });
  return { all: <Name extends keyof Facets>(facet: Name) => collected[facet] ?? [] };
}

/** What a parser asks for, without anybody who listens; damage is thrown. */
export function parseContextOf({ source, path, limits, budget }: ReadContext): ParseContext {
  return {
    source,
    path,
    limits,
    budget,
    emit: () => {},
    member: () => {},
    cover: () => {},
    flaw: (error) => {
      throw error;
    },
    detail: () => {},
  };
}
