import { FormatError, LimitError } from '../../bytes/errors.ts';
import type { LimitName } from '../../bytes/limits.ts';
import { readBytes, type Source } from '../../bytes/source.ts';

/**
 * The text of a whole small source from `offset` on, at most `maxBytes` of it.
 * @throws LimitError when it is longer, FormatError when it is not UTF-8.
 */
export function readText(source: Source, offset: number, maxBytes: number, limit: LimitName): string {
  const bytes = readBytes(source, offset, maxBytes + 1);
  if (bytes.length > maxBytes) throw LimitError.of(limit, maxBytes, source.size);
  return decodeText(bytes, offset);
}

/** UTF-8, with or without a byte order mark, or UTF-16 with one. @throws FormatError for anything else. */
export function decodeText(bytes: Uint8Array, offset: number): string {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch (cause) {
    throw FormatError.of('malformed', { expected: 'UTF-8 text', found: 'other bytes', offset }, cause);
  }
}

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** By the byte order mark; without one, UTF-8. */
export function encodingOf(head: Uint8Array): TextEncoding {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}
