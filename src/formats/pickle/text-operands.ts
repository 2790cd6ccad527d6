/**
 * Text operands as CPython's C unpickler reads them (Modules/_pickle.c, load_int, load_long, load_float,
 * load_string, load_unicode). Each returns the value, or undefined where CPython raises.
 */

const ascii = new TextDecoder('latin1');
/** `sys.int_info.default_max_str_digits`; only bases that are not powers of two are limited. */
const MAX_DECIMAL_DIGITS = 4300;

/** INT: `strtol(s, &end, 0)` up to a newline or NUL, else `PyLong_FromString(s, NULL, 0)`; `00` and `01` are booleans. */
export function parseInt0(line: Uint8Array): bigint | boolean | undefined {
  if (line.length === 0) return undefined;
  const text = untilNul(ascii.decode(line));
  if (line.length === 2 && (text === '00' || text === '01')) return text === '01';
  const octal = /^[ \t\v\f\r]*([+-]?)0([0-7]+)$/.exec(text);
  if (octal !== null) {
    const magnitude = BigInt(`0o${octal[2]}`);
    const value = octal[1] === '-' ? -magnitude : magnitude;
    // strtol saturates beyond a C long; PyLong_FromString then sees a leading zero and refuses.
    return value >= -(2n ** 63n) && value < 2n ** 63n ? value : undefined;
  }
  return pythonInt(text, 0);
}

/** LONG: an optional `L` is dropped, the rest is `PyLong_FromString(s, NULL, 0)`. */
export function parseLong(line: Uint8Array): bigint | undefined {
  if (line.length === 0) return undefined;
  const text = ascii.decode(line);
  return pythonInt(untilNul(text.endsWith('L') ? text.slice(0, -1) : text), 0);
}

/** GET and PUT: `PyLong_FromString(s, NULL, 10)`. */
export function parseIndex(line: Uint8Array): number | undefined {
  if (line.length === 0) return undefined;
  const value = pythonInt(untilNul(ascii.decode(line)), 10);
  return value === undefined || value > 2n ** 63n - 1n || value < -(2n ** 63n) ? undefined : Number(value);
}

/** FLOAT: `PyOS_string_to_double` up to a newline or NUL; overflow raises. */
export function parseFloatOperand(line: Uint8Array): number | undefined {
  const text = untilNul(ascii.decode(line));
  const special = /^([+-]?)(inf(?:inity)?|nan)$/i.exec(text);
  if (special !== null) {
    if (special[2]?.toLowerCase() === 'nan') return Number.NaN;
    return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** STRING: quotes required, then bytes with backslash escapes (`PyBytes_DecodeEscape`). */
export function parseQuoted(line: Uint8Array): Uint8Array | undefined {
  const quote = line[0];
  const quoted = line.length >= 2 && (quote === 0x27 || quote === 0x22) && line.at(-1) === quote;
  return quoted ? decodeEscapes(line.subarray(1, -1)) : undefined;
}

const SIMPLE_ESCAPES: Readonly<Record<string, number | null>> = {
  '\n': null,
  '\\': 0x5c,
  "'": 0x27,
  '"': 0x22,
  b: 8,
  f: 12,
  t: 9,
  n: 10,
  r: 13,
  v: 11,
  a: 7,
};

function decodeEscapes(bytes: Uint8Array): Uint8Array | undefined {
  if (!bytes.includes(0x5c)) return bytes;
  const out: number[] = [];
  for (let i = 0; i < bytes.length; i += 1) {
    if (bytes[i] !== 0x5c) {
      out.push(bytes[i] as number);
      continue;
    }
    const taken = escapeAt(bytes, i + 1, out);
    if (taken === undefined) return undefined;
    i += taken;
  }
  return Uint8Array.from(out);
}

/** Decodes what follows a backslash at `at`; returns how many bytes it took. */
function escapeAt(bytes: Uint8Array, at: number, out: number[]): number | undefined {
  if (at >= bytes.length) return undefined;
  const letter = String.fromCharCode(bytes[at] as number);
  const simple = SIMPLE_ESCAPES[letter];
  if (simple !== undefined) {
    if (simple !== null) out.push(simple);
    return 1;
  }
  const octal = /^[0-7]{1,3}/.exec(ascii.decode(bytes.subarray(at, at + 3)));
  if (octal !== null) {
    out.push(Number.parseInt(octal[0], 8) % 256);
    return octal[0].length;
  }
  if (letter === 'x') {
    const hex = /^[0-9a-fA-F]{2}/.exec(ascii.decode(bytes.subarray(at + 1, at + 3)));
    if (hex === null) return undefined;
    out.push(Number.parseInt(hex[0], 16));
    return 3;
  }
  out.push(0x5c, bytes[at] as number);
  return 1;
}

/** A raw-unicode escape, after an odd run of backslashes; those with too few digits or too high a value are errors. */
const RAW_ESCAPE = /(\\+)(u([0-9a-fA-F]{0,4})|U([0-9a-fA-F]{0,8}))?/g;
const BACKSLASH = 0x5c;

/** UNICODE: `PyUnicode_DecodeRawUnicodeEscape`: latin-1 with `\uXXXX` and `\UXXXXXXXX` after an odd run of backslashes. */
export function parseRawUnicode(line: Uint8Array): string | undefined {
  const text = ascii1(line);
  if (!text.includes('\\')) return text;
  let valid = true;
  const decoded = text.replaceAll(RAW_ESCAPE, (whole, slashes, escape, short, long) => {
    if (escape === undefined || slashes.length % 2 === 0) return whole;
    const digits: string = short ?? long;
    const code = Number.parseInt(digits, 16);
    if (digits.length !== (short === undefined ? 8 : 4) || code > 0x10ffff) valid = false;
    return valid ? slashes.slice(1) + String.fromCodePoint(code) : whole;
  });
  return valid ? decoded : undefined;
}

/** True for what `parseRawUnicode` decodes; text without a backslash, nearly all there is, costs one search. */
export function isRawUnicode(line: Uint8Array): boolean {
  if (!line.includes(BACKSLASH)) return true;
  for (const [, slashes = '', escape, short, long] of ascii.decode(line).matchAll(RAW_ESCAPE)) {
    if (escape === undefined || slashes.length % 2 === 0) continue;
    const digits = short ?? long ?? '';
    if (digits.length !== (short === undefined ? 8 : 4) || Number.parseInt(digits, 16) > 0x10ffff) return false;
  }
  return true;
}

/** The decoded text as bytes, one a character, as a payload in it would be read. */
export function rawUnicodeBytes(line: Uint8Array): Uint8Array | undefined {
  const text = parseRawUnicode(line);
  return text === undefined ? undefined : Uint8Array.from(text, (character) => character.charCodeAt(0) % 256);
}

/** Latin-1 exactly: TextDecoder's `latin1` is windows-1252. */
export function ascii1(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return text;
}

/** True for UTF-8 as `surrogatepass` reads it: lone surrogates allowed, overlong forms and values above U+10FFFF not. */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  let i = start;
  while (i < end) {
    const lead = bytes[i] as number;
    if (lead < 0x80) {
      i += 1;
      continue;
    }
    const length = sequenceLength(lead);
    if (length === 0 || i + length > end || !validTail(bytes, i, length, lead)) return false;
    i += length;
  }
  return true;
}

function sequenceLength(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

function validTail(bytes: Uint8Array, at: number, length: number, lead: number): boolean {
  for (let i = 1; i < length; i += 1) {
    const byte = bytes[at + i] as number;
    if (byte < 0x80 || byte > 0xbf) return false;
  }
  const second = bytes[at + 1] as number;
  if (lead === 0xe0) return second >= 0xa0;
  if (lead === 0xf0) return second >= 0x90;
  return lead !== 0xf4 || second <= 0x8f;
}

function untilNul(text: string): string {
  const nul = text.indexOf('\u0000');
  return nul < 0 ? text : text.slice(0, nul);
}

/** `int(text, base)` for ASCII text: whitespace, sign, prefixes in base 0, single underscores between digits. */
function pythonInt(text: string, base: 0 | 10): bigint | undefined {
  const match =
    /^[ \t\n\v\f\r]*([+-]?)(0[xX]_?[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*|0[oO]_?[0-7]+(?:_[0-7]+)*|0[bB]_?[01]+(?:_[01]+)*|\d+(?:_\d+)*)[ \t\n\v\f\r]*$/.exec(
      text,
    );
  if (match === null) return undefined;
  const digits = (match[2] as string).replaceAll('_', '');
  const prefixed = /^0[xXoObB]/.test(digits);
  if (prefixed && base === 10) return undefined;
  if (!prefixed && base === 0 && /^0+[1-9]/.test(digits)) return undefined;
  if (!prefixed && digits.length > MAX_DECIMAL_DIGITS) return undefined;
  const magnitude = BigInt(prefixed ? digits.toLowerCase() : digits);
  return match[1] === '-' ? -magnitude : magnitude;
}
