import type { Span } from '../bytes/span.ts';

/** A Jinja chat template, wherever it was found. */
export interface Template {
  readonly text: string;
  /** `default`, or the name among several. */
  readonly name: string;
  /** Where in its document: a JSON pointer or a GGUF key; '' for a file of its own. */
  readonly pointer: string;
  readonly span?: Span;
}
