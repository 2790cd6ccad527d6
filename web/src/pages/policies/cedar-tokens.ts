export interface Token {
  readonly kind: 'word' | 'keyword' | 'string' | 'comment' | 'annotation' | 'entity' | 'space';
  readonly text: string;
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
    return { kind: kind === 'word' && keywords.has(match[0]) ? 'keyword' : kind, text: match[0] };
  });
}

/** Line and column, from 1, of a place in the text. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}
