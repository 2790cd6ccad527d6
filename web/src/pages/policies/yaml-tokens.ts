import type { Token } from './cedar-tokens.ts';

/** Comments and strings first, since anything may stand in them; a `#` begins a comment only after a space. */
const pattern =
  /(?<comment>(?<=^|\s)#[^\n]*)|(?<string>"(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?)|(?<entity>[\w.-]+(?=\s*:(?:\s|$)))|(?<keyword>\b(?:true|false|null|allow|review|deny|convert)\b)|(?<word>[\w.-]+)|(?<space>[\s\S])/gm;

/** YAML, coloured: the tokens joined are the text again, whatever it is. */
export function yamlTokens(text: string): readonly Token[] {
  return Array.from(text.matchAll(pattern), (match) => {
    const kind = Object.entries(match.groups ?? {}).find(([, part]) => part !== undefined)?.[0] as Token['kind'];
    return { kind, text: match[0], start: match.index };
  });
}
