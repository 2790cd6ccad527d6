interface HtmlComment {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** HTML comments in order; one that is not closed reaches to the end, as browsers have it. Linear. */
export function commentsIn(text: string): readonly HtmlComment[] {
  const found: HtmlComment[] = [];
  let start = text.indexOf('<!--');
  while (start !== -1) {
    const close = text.indexOf('-->', start + 4);
    const end = close === -1 ? text.length : close + 3;
    found.push({ text: text.slice(start + 4, close === -1 ? end : close), start, end });
    start = text.indexOf('<!--', end);
  }
  return found;
}

/** What is left when comments are taken out. */
export function withoutComments(text: string): string {
  let at = 0;
  let rest = '';
  for (const { start, end } of commentsIn(text)) {
    rest += `${text.slice(at, start)} `;
    at = end;
  }
  return rest + text.slice(at);
}
