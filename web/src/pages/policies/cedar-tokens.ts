export interface Token {
  readonly kind: 'word' | 'keyword' | 'string' | 'comment' | 'annotation' | 'entity' | 'space';
  readonly text: string;
  /** In characters from the start of the text. */
  readonly start: number;
}

const keywords = new Set(
  'permit forbid when unless principal action resource context in has like is if then else true false'.split(' '),
);

/** Order matters: comments and strings first, since anything may stand in them. */
const pattern =
  /(?<comment>\/\/[^\n]*)|(?<string>"(?:[^"\\\n]|\\.)*"?)|(?<annotation>@\w+)|(?<entity>\w+(?:::\w+)*(?=::"))|(?<word>\w+)|(?<space>[\s\S])/g;

/** Cedar, coloured: the tokens joined are the text again, whatever it is. */
export function cedarTokens(text: string): readonly Token[] {
  return Array.from(text.matchAll(pattern), (match) => {
    const kind = Object.entries(match.groups ?? {}).find(([, part]) => part !== undefined)?.[0] as Token['kind'];
    return { kind: kind === 'word' && keywords.has(match[0]) ? 'keyword' : kind, text: match[0], start: match.index };
  });
}

/** Line and column, from 1, of a place in the text. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

export interface Part {
  readonly start: number;
  readonly words: string;
  readonly wrong: boolean;
}

interface Range {
  readonly start: number | null;
  readonly end: number | null;
}

/** The text cut at the ends of the faults; where faults overlap, the one that begins first counts. */
export function underlinedParts(text: string, faults: readonly Range[]): readonly Part[] {
  const parts: Part[] = [];
  let at = 0;
  const cut = (end: number, wrong: boolean): void => {
    if (end > at) parts.push({ start: at, words: text.slice(at, end), wrong });
    at = Math.max(at, end);
  };
  for (const { start, end } of faults.toSorted((a, b) => (a.start ?? 0) - (b.start ?? 0))) {
    if (start === null || start < at) continue;
    cut(start, false);
    // An empty range still shows where it is.
    cut(Math.min(Math.max(end ?? start, start + 1), text.length), true);
  }
  cut(text.length, false);
  return parts;
}
