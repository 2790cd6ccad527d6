/** Whether a text is one of the patterns, whatever its case; `*` stands for anything. Linear in the text for each star. */
export function matchesAny(patterns: readonly string[], text: string): boolean {
  const folded = text.toLowerCase();
  return patterns.some((pattern) => matches(pattern.toLowerCase(), folded));
}

function matches(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return pattern === text;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
