import { RequestError } from '../../errors.ts';

/** Names that change what an object is, in code that copies objects carelessly. No field of the contract has one. */
const POISONED = new Set(['__proto__', 'constructor', 'prototype']);

const QUOTE = '"';

/**
 * Parses the JSON of a body. Refuses what parsers read differently from each other (names that occur twice, RFC 8259 section 4; bytes
 * that are no UTF-8), what would harm whoever walks it (depth) and names that change an object's prototype.
 * @throws {RequestError} `malformed-json`; its message never quotes the body
 */
export function parseJson(bytes: Uint8Array, maxDepth: number): unknown {
  const text = decode(bytes);
  checkStructure(text, maxDepth);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Without the cause: its message quotes the body.
    throw RequestError.of('malformed-json');
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw RequestError.of('malformed-json', 'expected UTF-8');
  }
}

/** Walks the text once, before it is parsed. Only valid JSON needs to be understood: the rest is refused afterwards. */
function checkStructure(text: string, maxDepth: number): void {
  const names: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === QUOTE) {
      const end = endOfString(text, at);
      if (isName(text, end)) addName(text.slice(at, end), names.at(-1));
      at = end - 1;
    } else if (char === '{' || char === '[') {
      names.push(new Set());
      if (names.length > maxDepth) throw RequestError.of('malformed-json', `expected at most ${maxDepth} levels`);
    } else if (char === '}' || char === ']') names.pop();
  }
}

/** The offset after the closing quote. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\\') at++;
    else if (char === QUOTE) return at + 1;
  }
  return text.length;
}

function isName(text: string, end: number): boolean {
  let at = end;
  while (' \t\r\n'.includes(text.charAt(at)) && at < text.length) at++;
  return text.charAt(at) === ':';
}

function addName(quoted: string, names: Set<string> | undefined): void {
  const name = unquoted(quoted);
  if (POISONED.has(name)) throw RequestError.of('malformed-json', 'a name is not allowed');
  if (names?.has(name)) throw RequestError.of('malformed-json', 'a name occurs twice in one object');
  names?.add(name);
}

function unquoted(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    throw RequestError.of('malformed-json');
  }
}
