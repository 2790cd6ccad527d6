/**
 * Whether a licence can be met with what a list names. An expression is a choice (`OR`), a sum (`AND`), an addition (`WITH`, which only
 * permits more: the licence itself is enough). SPDX annex D; names that SPDX does not know are compared as they are.
 */
export function isMetBy(licence: string, isNamed: (name: string) => boolean): boolean {
  const words = licence.match(/[()]|[^\s()]+/g) ?? [];
  const reader = { words, at: 0 };
  const isExpression = /[\s()]/.test(licence) && /\s(?:AND|OR|WITH)\s/.test(licence);
  return isExpression ? choice(reader, isNamed, 0) && reader.at === words.length : isNamed(licence);
}

/** Deeper expressions are met by nothing. */
const MAX_DEPTH = 20;

interface Reader {
  readonly words: readonly string[];
  at: number;
}
type IsNamed = (name: string) => boolean;

function choice(reader: Reader, isNamed: IsNamed, depth: number): boolean {
  let isMet = sum(reader, isNamed, depth);
  while (takes(reader, 'OR')) isMet = sum(reader, isNamed, depth) || isMet;
  return isMet;
}

function sum(reader: Reader, isNamed: IsNamed, depth: number): boolean {
  let isMet = one(reader, isNamed, depth);
  while (takes(reader, 'AND')) isMet = one(reader, isNamed, depth) && isMet;
  return isMet;
}

function one(reader: Reader, isNamed: IsNamed, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  if (takes(reader, '(')) {
    const isMet = choice(reader, isNamed, depth + 1);
    return takes(reader, ')') && isMet;
  }
  const name = reader.words[reader.at] ?? '';
  reader.at += 1;
  if (!takes(reader, 'WITH')) return isNamed(name);
  const exception = reader.words[reader.at] ?? '';
  reader.at += 1;
  return isNamed(name) || isNamed(`${name} WITH ${exception}`);
}

function takes(reader: Reader, word: string): boolean {
  if (reader.words[reader.at] !== word) return false;
  reader.at += 1;
  return true;
}
