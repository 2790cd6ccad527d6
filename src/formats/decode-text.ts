import { FormatError, LimitError } from '../bytes/errors.ts';
import { readBytes, type Source } from '../bytes/source.ts';

export interface DecodedText {
  readonly text: string;
  /** 3 when a byte order mark came first, else 0. */
  readonly start: number;
}

/**
 * A whole source as text. @throws LimitError past `limit.bytes`, FormatError `malformed` when it is not UTF-8
 */
export function decodeText(source: Source, limit: { readonly name: string; readonly bytes: number }): DecodedText {
  const bytes = readBytes(source, 0, Math.min(source.size, limit.bytes + 1));
  if (bytes.length > limit.bytes) throw LimitError.of(limit.name, limit.bytes, source.size);
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(start)), start };
  } catch (cause) {
    throw FormatError.of('malformed', { expected: 'UTF-8 text', found: 'other bytes', offset: 0 }, cause);
  }
}

/** True when bytes could be text: no control characters but white space and escape, and no UTF-16. */
export function looksLikeText(head: Uint8Array): boolean {
  for (const byte of head) {
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x0c && byte !== 0x1b) return false;
    if (byte === 0x7f || byte === 0xff) return false;
  }
  return head.length > 0;
}
