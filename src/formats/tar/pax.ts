import { FormatError } from '../../bytes/errors.ts';

/** What an extension header says in place of the fields of the header that follows. */
export interface Overrides {
  readonly name?: string;
  readonly linkTarget?: string;
  readonly size?: number;
  readonly sparse?: boolean;
}

type Mutable = { -readonly [Key in keyof Overrides]: Overrides[Key] };
const decoder = new TextDecoder();

/**
 * Reads pax records (POSIX.1-2001, pax Interchange Format): `length key=value\n`, the length counting itself.
 * @throws FormatError `malformed` when a record does not fit.
 */
export function readPax(bytes: Uint8Array, offset: number): Overrides {
  const overrides: Mutable = {};
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const digits = decoder.decode(bytes.subarray(at, space < 0 ? at : Math.min(space, at + 12)));
    const length = /^\d{1,9}$/.test(digits) ? Number(digits) : 0;
    const equals = bytes.indexOf(0x3d, space);
    if (length === 0 || at + length > bytes.length || equals < 0 || equals >= at + length) {
      throw FormatError.of('malformed', {
        expected: 'a pax record',
        found: JSON.stringify(digits),
        offset: offset + at,
      });
    }
    const key = decoder.decode(bytes.subarray(space + 1, equals));
    apply(overrides, key, decoder.decode(bytes.subarray(equals + 1, at + length - 1)));
    at += length;
  }
  return overrides;
}

function apply(overrides: Mutable, key: string, value: string): void {
  if (key === 'path' || key === 'GNU.sparse.name') overrides.name = value;
  else if (key === 'linkpath') overrides.linkTarget = value;
  else if (key === 'size' && /^\d{1,15}$/.test(value)) overrides.size = Number(value);
  if (key.startsWith('GNU.sparse.')) overrides.sparse = true;
}
