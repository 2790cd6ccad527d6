interface Part {
  /** In characters from the start of the text. */
  readonly start: number;
  readonly words: string;
  /** Such as "U+202E", where it cannot be seen. */
  readonly code: string | null;
}

const HIDDEN = /(?![\t\n\r])[\p{C}\u2028\u2029]/gu;

/** A text cut where it holds what nobody sees: Unicode's "other" characters, such as the marks of direction (CVE-2021-42574). */
export function hiddenParts(text: string): readonly Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const { 0: found, index } of text.matchAll(HIDDEN)) {
    if (index > at) parts.push({ start: at, words: text.slice(at, index), code: null });
    parts.push({ start: index, words: found, code: codeOf(found) });
    at = index + found.length;
  }
  if (at < text.length) parts.push({ start: at, words: text.slice(at), code: null });
  return parts;
}

function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
