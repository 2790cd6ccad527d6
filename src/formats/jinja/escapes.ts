/** Python's unicode-escape codec, which Jinja2 applies to every string literal (jinja2/lexer.py `wrap`). */
const ESCAPE = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|N\{([^}]{1,80})\}|([0-7]{1,3})|(\r\n|[\s\S]))/g;

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

/** Names are not resolved: all but the one that spells dunders stay a private-use character that no identifier has. */
const UNKNOWN_NAMED = '\uE000';

/** What a literal's inside means; undefined where Python refuses it. Unknown escapes keep their backslash, as there. */
export function decodeEscapes(raw: string): string | undefined {
  if (!raw.includes('\\')) return raw;
  let valid = true;
  const decoded = raw.replace(ESCAPE, (...match: readonly (string | undefined)[]) => {
    const [whole, x, u, wide, name, octal, char] = match;
    const hex = x ?? u ?? wide;
    if (hex !== undefined) {
      const code = Number.parseInt(hex, 16);
      valid &&= code <= 0x10ffff;
      return valid ? String.fromCodePoint(code) : '';
    }
    if (name !== undefined) return /^low line$/i.test(name) ? '_' : UNKNOWN_NAMED;
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    if (char !== undefined && 'xuUN'.includes(char)) valid = false;
    return SIMPLE[char ?? ''] ?? whole ?? '';
  });
  return valid ? decoded : undefined;
}
