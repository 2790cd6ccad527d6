import { FormatError, LimitError } from '../bytes/errors.ts';
import { readBytes, type Source } from '../bytes/source.ts';

export interface DecodedText {
  readonly text: string;
  /** Length of the byte order mark, else 0. */
  readonly start: number;
}

/**
 * A whole source as text: UTF-8, or UTF-16 when a byte order mark says so (positions then are no byte offsets).
 * @throws LimitError past `limit.bytes`, FormatError `malformed` when it is neither
 */
export function decodeText(source: Source, limit: { readonly name: string; readonly bytes: number }): DecodedText {
  const bytes = readBytes(source, 0, Math.min(source.size, limit.bytes + 1));
  if (bytes.length > limit.bytes) throw LimitError.of(limit.name, limit.bytes, source.size);
  const [encoding, start] = encodingOf(bytes);
  try {
    return { text: new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes.subarray(start)), start };
  } catch (cause) {
    throw FormatError.of('malformed', { expected: `${encoding} text`, found: 'other bytes', offset: 0 }, cause);
  }
}

/** True for text that a byte order mark declares to be UTF-16, which Python's json and yaml read too. */
export function isUtf16(head: Uint8Array): boolean {
  return encodingOf(head)[0] !== 'utf-8';
}

/** The encoding that a byte order mark declares, and the mark's length. */
export function encodingOf(bytes: Uint8Array): [encoding: string, markBytes: number] {
  const [a, b, c] = bytes;
  if (a === 0xff && b === 0xfe) return ['utf-16le', 2];
  if (a === 0xfe && b === 0xff) return ['utf-16be', 2];
  return ['utf-8', a === 0xef && b === 0xbb && c === 0xbf ? 3 : 0];
}

/** True when bytes could be text in UTF-8: no control characters but white space and escape. */
export function looksLikeText(head: Uint8Array): boolean {
  for (const byte of head) {
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x0c && byte !== 0x1b) return false;
    if (byte === 0xff) return false;
  }
  return head.length > 0;
}
