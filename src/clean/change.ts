import type { Span } from '../bytes/span.ts';
import { visibleShort } from '../scan/visible-text.ts';

/** What was done to one place of a file, for people and for the record. */
export interface Change {
  /** A JSON pointer, a GGUF key, or `bytes 12-34`. */
  readonly place: string;
  /** Ids of the rules it is for; `option` when the caller asked for it. */
  readonly rules: readonly string[];
  /** What was there, shortened, every character visible. */
  readonly was: string;
  /** What was done, in the past tense. */
  readonly did: string;
}

/** Bytes that take the place of a range. */
export interface Patch extends Span {
  readonly bytes: Uint8Array;
}

export interface Edit {
  readonly patches: readonly Patch[];
  readonly change: Change;
}

const MAX_SHOWN = 160;
const NOTHING = new Uint8Array(0);

/** What stood somewhere, as a change tells it. */
export function shown(text: string): string {
  return visibleShort(text, MAX_SHOWN);
}

export function deletion({ start, end }: Span): Patch {
  return { start, end, bytes: NOTHING };
}

/** `bytes 12-34`, the last one included. */
export function bytesPlace({ start, end }: Span): string {
  return `bytes ${start}-${Math.max(start, end - 1)}`;
}
