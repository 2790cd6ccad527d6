import { FormatError } from '../bytes/errors.ts';

const OPENING = /([rRbBuU]{0,2})('''|"""|'|")/y;
const PREFIXES = new Set(['', 'r', 'u', 'b', 'br', 'rb']);
const SIMPLE: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
const NUMERIC = /x([0-9a-fA-F]{2})|([0-7]{1,3})/y;
/** Escapes that only text has; in bytes they stay as written. */
const UNICODE = /u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})/y;
const MAX_CODE_POINT = 0x10ffff;

/**
 * The string or bytes literal that starts at `at` (Python reference, section 2.4.1), or null when none does.
 * Named characters `\N{…}` stay as written. @throws FormatError `malformed` when it does not end
 */
export function readPythonString(text: string, at: number): { value: string; end: number } | null {
  OPENING.lastIndex = at;
  const opening = OPENING.exec(text);
  if (opening === null) return null;
  const [whole, prefix = '', quote = ''] = opening;
  const kind = prefix.toLowerCase();
  if (!PREFIXES.has(kind)) return null;
  const start = at + whole.length;
  const end = closingQuote(text, start, quote);
  const body = text.slice(start, end);
  const value = kind.includes('r') || !body.includes('\\') ? body : unescape(body, kind === 'b');
  return { value, end: end + quote.length };
}

function closingQuote(text: string, start: number, quote: string): number {
  for (let i = start; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text.startsWith(quote, i)) return i;
    else if (text[i] === '\n' && quote.length === 1) break;
  }
  throw FormatError.of('malformed', { expected: `a closing ${quote}`, found: 'none', offset: start });
}

function unescape(body: string, isBytes: boolean): string {
  const parts: string[] = [];
  let plainFrom = 0;
  for (let i = body.indexOf('\\'); i >= 0; i = body.indexOf('\\', i)) {
    parts.push(body.slice(plainFrom, i));
    const escape = readEscape(body, i + 1, isBytes);
    parts.push(escape.value);
    i += 1 + escape.length;
    plainFrom = i;
  }
  parts.push(body.slice(plainFrom));
  return parts.join('');
}

interface Escape {
  readonly value: string;
  readonly length: number;
}

/** What the characters after a backslash stand for; an unknown escape keeps its backslash, as Python does. */
function readEscape(body: string, at: number, isBytes: boolean): Escape {
  const simple = SIMPLE[body[at] ?? ''];
  if (simple !== undefined) return { value: simple, length: 1 };
  return numericEscape(body, at) ?? (isBytes ? null : unicodeEscape(body, at)) ?? { value: '\\', length: 0 };
}

function numericEscape(body: string, at: number): Escape | null {
  NUMERIC.lastIndex = at;
  const match = NUMERIC.exec(body);
  if (match === null) return null;
  const [whole, hex, octal = ''] = match;
  const code = hex === undefined ? Number.parseInt(octal, 8) : Number.parseInt(hex, 16);
  return { value: String.fromCharCode(code), length: whole.length };
}

function unicodeEscape(body: string, at: number): Escape | null {
  UNICODE.lastIndex = at;
  const match = UNICODE.exec(body);
  if (match === null) return null;
  const code = Number.parseInt(match[1] ?? match[2] ?? '', 16);
  return code > MAX_CODE_POINT ? null : { value: String.fromCodePoint(code), length: match[0].length };
}
