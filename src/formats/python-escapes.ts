/** Python's escapes ("String and Bytes literals"), which Jinja2 applies to its literals too (jinja2/lexer.py `wrap`). */
const ESCAPE =
  /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|N\{([^}\n]{1,80})\}|([0-7]{1,3})|(\r\n|[\s\S]))/g;

const SIMPLE: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\u0007',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
  '\r\n': '',
};

/** Of character names only those that spell dotted names are resolved; the others become a character no identifier has. */
const UNKNOWN_NAMED = '\uE000';
const MAX_CODE_POINT = 0x10ffff;

/** What the inside of a literal means; undefined where Python refuses it. Unknown escapes keep their backslash, as there. */
export function decodeEscapes(raw: string, options: { readonly bytes?: boolean } = {}): string | undefined {
  if (!raw.includes('\\')) return raw;
  let valid = true;
  const decoded = raw.replace(ESCAPE, (...match: readonly (string | undefined)[]) => {
    const text = decodeOne(match, options.bytes ?? false);
    valid &&= text !== undefined;
    return text ?? '';
  });
  return valid ? decoded : undefined;
}

function decodeOne(match: readonly (string | undefined)[], bytes: boolean): string | undefined {
  const [whole = '', x, short, wide, name, octal, char] = match;
  const unicode = short ?? wide;
  // Bytes hold no characters beyond 255: `\u` and its like stand for themselves.
  if (bytes && (unicode ?? name) !== undefined) return whole;
  const hex = x ?? unicode;
  if (hex !== undefined) return characterOf(Number.parseInt(hex, 16));
  if (octal !== undefined) return characterOf(Number.parseInt(octal, 8));
  return name === undefined ? plain(whole, char ?? '', bytes) : named(name);
}

function named(name: string): string {
  if (/^low line$/i.test(name)) return '_';
  if (/^full stop$/i.test(name)) return '.';
  const [, size = '', letter] = /^latin (small|capital) letter ([a-z])$/i.exec(name) ?? [];
  if (letter === undefined) return UNKNOWN_NAMED;
  return size.toLowerCase() === 'small' ? letter.toLowerCase() : letter.toUpperCase();
}

function characterOf(code: number): string | undefined {
  return code <= MAX_CODE_POINT ? String.fromCodePoint(code) : undefined;
}

/** An escape of one character; `\x` and its like without their digits are errors. */
function plain(whole: string, char: string, bytes: boolean): string | undefined {
  if (char === 'x' || (!bytes && ['u', 'U', 'N'].includes(char))) return undefined;
  return SIMPLE[char] ?? whole;
}
