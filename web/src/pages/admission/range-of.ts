interface Place {
  readonly line: number | null;
  readonly column: number | null;
}

/** Characters of the text that a problem is about: from its place to the end of the line. */
export function rangeOf(
  text: string,
  { line, column }: Place,
): { readonly start: number | null; readonly end: number | null } {
  if (line === null) return { start: null, end: null };
  let lineStart = 0;
  for (let at = 1; at < line; at += 1) {
    const next = text.indexOf('\n', lineStart);
    if (next === -1) break;
    lineStart = next + 1;
  }
  const newline = text.indexOf('\n', lineStart);
  const lineEnd = newline === -1 ? text.length : newline;
  const start = Math.min(lineStart + Math.max((column ?? 1) - 1, 0), lineEnd);
  return { start, end: Math.max(lineEnd, start) };
}
