import { isUtf8 } from 'node:buffer';
import { SignError, type SignErrorCode } from './errors.ts';

const MAX_DEPTH = 100;

/**
 * Reads JSON in which no object has a key twice: two readers that keep different ones of them would see different
 * documents under one signature.
 * @throws SignError with the code given.
 */
export function parseStrictJson(bytes: Uint8Array, code: SignErrorCode, what: string): unknown {
  if (!isUtf8(bytes)) throw SignError.of(code, `${what} is not UTF-8`);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw SignError.of(code, `${what} is not JSON`, error);
  }
  if (countKeys(value, code, what) !== keysInText(text)) throw SignError.of(code, `${what} has a key twice`);
  return value;
}

function countKeys(root: unknown, code: SignErrorCode, what: string): number {
  let keys = 0;
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw SignError.of(code, `${what} is nested deeper than ${MAX_DEPTH} levels`);
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      const inner = Object.values(value) as unknown[];
      if (!Array.isArray(value)) keys += inner.length;
      for (const one of inner) next.push(one);
    }
    level = next;
  }
  return keys;
}

/** In valid JSON a string followed by a colon is a key, and nothing else is. */
function keysInText(text: string): number {
  let keys = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) {
    at = endOfString(text, at);
    let after = at + 1;
    while (isSpace(text.charCodeAt(after))) after += 1;
    if (text.charCodeAt(after) === 0x3a) keys += 1;
  }
  return keys;
}

function endOfString(text: string, start: number): number {
  let end = start;
  do end = text.indexOf('"', end + 1);
  while (isEscaped(text, end));
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes += 1;
  return backslashes % 2 === 1;
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x09 || unit === 0x0a || unit === 0x0d;
}
