type Fields = Readonly<Record<string, unknown>>;

/**
 * Paths of texts that not every store keeps as they are: with U+0000, which PostgreSQL refuses, or half a surrogate pair, which becomes
 * another character in UTF-8 and has no canonical JSON (RFC 8785 section 3.2.2.2). What is checked, shown and kept must be one text.
 */
export function unstorableTexts(given: unknown, path: string): readonly string[] {
  if (typeof given === 'string') return given.includes('\0') || !given.isWellFormed() ? [path] : [];
  if (Array.isArray(given)) return given.flatMap((item, index) => unstorableTexts(item, `${path}.${index}`));
  if (typeof given !== 'object' || given === null) return [];
  return Object.entries(given as Fields).flatMap(([name, value]) => unstorableTexts(value, `${path}.${name}`));
}
