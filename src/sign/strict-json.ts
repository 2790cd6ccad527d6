import { isUtf8 } from 'node:buffer';
import { SignError, type SignErrorCode } from './errors.ts';
import { signLimits } from './limits.ts';

const MAX_DEPTH = 100;

export interface StrictJsonOptions {
  /** Of the error when it is no such JSON. */
  readonly code: SignErrorCode;
  /** What is read, in words. */
  readonly what: string;
  readonly maxValues?: number | undefined;
}

/**
 * Reads JSON in which no object has a key twice: two readers that keep different ones of them would see different
 * documents under one signature.
 * @throws SignError with the code given, or `size-limit`.
 */
export function parseStrictJson(
  bytes: Uint8Array,
  { code, what, maxValues = signLimits.maxJsonValues }: StrictJsonOptions,
): unknown {
  if (!isUtf8(bytes)) throw SignError.of(code, `${what} is not UTF-8`);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  const { keys, values } = survey(text);
  if (values > maxValues) throw SignError.of('size-limit', `${what} has ${values} values, ${maxValues} allowed`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw SignError.of(code, `${what} is not JSON`, error);
  }
  if (countKeys(value, code, what) !== keys) throw SignError.of(code, `${what} has a key twice`);
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

interface Survey {
  readonly keys: number;
  readonly values: number;
}

/**
 * Counts colons, and commas and opening brackets, outside of strings: in valid JSON, keys and (no fewer than) values.
 * Before it is parsed: a value takes 2 bytes of text and 60 of memory.
 */
function survey(text: string): Survey {
  let [keys, values] = [0, 1];
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22) {
      at = endOfString(text, at);
      // It never ends: the parser will say so.
      if (at < 0) break;
    } else if (unit === 0x3a) keys += 1;
    else if (unit === 0x2c || unit === 0x5b || unit === 0x7b) values += 1;
  }
  return { keys, values };
}

function endOfString(text: string, start: number): number {
  let end = start;
  do end = text.indexOf('"', end + 1);
  while (end >= 0 && isEscaped(text, end));
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes += 1;
  return backslashes % 2 === 1;
}
