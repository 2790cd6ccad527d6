/** Markers that carry no words: `<|im_start|>`, `[INST]`, `{{`, placeholders. */
const MARKERS = /<[^<>]{0,80}>|\[[^[\]]{0,40}\]/g;
const WORD = /\p{L}[\p{L}'’-]+/gu;

/** How many words of a language a literal has, markup left out. */
export function wordsIn(text: string): number {
  return text.replace(MARKERS, ' ').match(WORD)?.length ?? 0;
}

/** A literal made of text a person would write, rather than of protocol markers. */
export function isProse(text: string): boolean {
  return wordsIn(text) >= 4;
}

/** A string that is a marker of a chat protocol: delimiters, slashes, or nothing to read. */
export function isMarker(text: string): boolean {
  return /[<>[\]{}|｜]/.test(text) || /^[/\\]\w+$/.test(text.trim()) || !/[\p{L}\p{N}]{2}/u.test(text);
}
