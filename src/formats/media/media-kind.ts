import type { Source } from '../../bytes/source.ts';
import type { Confidence, ParseContext, Probe } from '../format.ts';

/** A kind of file that only holds data: nothing in it is run by whatever opens it. */
export interface MediaKind<Id extends string = string> {
  readonly id: Id;
  readonly title: string;
  readonly extensions: readonly string[];
  readonly detect: (probe: Probe) => Confidence | null;
  /**
   * Where the file proper ends, by its own structure. What follows stays unaccounted for: that is where polyglots live.
   * @throws FormatError when the structure is broken before that.
   */
  readonly endOf: (source: Source, context: ParseContext) => number;
}

/** Typed identity: keeps the literal id. */
export function kind<const Id extends string>(definition: MediaKind<Id>): MediaKind<Id> {
  return definition;
}
