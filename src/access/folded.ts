/**
 * Text as it is found by: one form for all ways to write it, and no case. Kept beside what is searched, because databases fold less: SQLite only
 * ASCII, PostgreSQL what its locale knows.
 */
export function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** A pattern for `like … escape '\'` that finds a text anywhere in what is folded; `%` and `_` mean themselves. */
export function foldedPattern(text: string): string {
  return `%${folded(text).replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}
