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

/** What the inside of a string literal means (Python reference, "String and Bytes literals"). */
export function decodePythonString(raw: string, bytes: boolean): string {
  if (!raw.includes('\\')) return raw;
  return raw.replace(ESCAPE, (...match: readonly (string | undefined)[]) => {
    const [whole = '', x, u, wide, name, octal, char] = match;
    if (bytes && (u !== undefined || wide !== undefined || name !== undefined)) return whole;
    const hex = x ?? u ?? wide;
    if (hex !== undefined) {
      const code = Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    }
    if (name !== undefined) return /^low line$/i.test(name) ? '_' : '\uE000';
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    return SIMPLE[char ?? ''] ?? whole;
  });
}
