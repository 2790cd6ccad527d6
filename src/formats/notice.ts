import type { Span } from '../bytes/span.ts';

/**
 * Something the examination itself ran into. Each code has a rule of the same id, so that "could not be
 * understood" is reported, configured and explained like any other finding.
 */
export interface Notice {
  readonly code: NoticeCode;
  /** What was expected and found, where. */
  readonly detail: string;
  readonly span?: Span;
  readonly data?: Readonly<Record<string, unknown>>;
}

export type NoticeCode =
  | 'malformed'
  | 'encrypted'
  | 'unsupported-feature'
  | 'limit-exceeded'
  | 'internal-error'
  | 'unreadable'
  | 'unrecognized-format'
  | 'unaccounted-bytes'
  | 'polyglot'
  | 'empty-file'
  | 'outside-link';
