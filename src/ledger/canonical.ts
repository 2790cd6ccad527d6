import { LedgerError } from './errors.ts';
import { ledgerLimits } from './limits.ts';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/**
 * The one spelling of a value: JSON Canonicalization Scheme, RFC 8785. Keys are sorted by UTF-16 code units, numbers are
 * written as ECMAScript does, nothing is escaped that need not be.
 * @throws LedgerError `entry-invalid` for what JSON cannot say: NaN, half a surrogate pair, undefined, and for values
 * nested deeper than `maxDepth`.
 */
export function canonicalJson(value: unknown, maxDepth: number = ledgerLimits.maxEntryDepth): string {
  switch (typeof value) {
    case 'string':
      return stringText(value);
    case 'number':
      if (!Number.isFinite(value)) throw LedgerError.of('entry-invalid', `${value} is no number of JSON`);
      // ECMAScript writes -0 as 0, and so does section 3.2.2.3.
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (maxDepth <= 0) throw LedgerError.of('entry-invalid', 'values are nested too deeply');
      return Array.isArray(value) ? arrayText(value, maxDepth - 1) : objectText(value, maxDepth - 1);
    default:
      throw LedgerError.of('entry-invalid', `a ${typeof value} is no value of JSON`);
  }
}

function arrayText(values: readonly unknown[], maxDepth: number): string {
  let text = '[';
  for (let at = 0; at < values.length; at += 1) {
    if (at > 0) text += ',';
    text += canonicalJson(values[at], maxDepth);
  }
  return `${text}]`;
}

function objectText(value: object, maxDepth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw LedgerError.of('entry-invalid', 'an object is not a plain one');
  }
  const entries = value as Readonly<Record<string, unknown>>;
  let text = '{';
  // Without a comparison given, `sort` goes by UTF-16 code units: section 3.2.3.
  for (const key of Object.keys(entries).sort()) {
    if (text.length > 1) text += ',';
    text += `${stringText(key)}:${canonicalJson(entries[key], maxDepth)}`;
  }
  return `${text}}`;
}

/** Printable ASCII without the quote and the backslash: nearly every text, and nothing in it to escape. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** `JSON.stringify` escapes just what section 3.2.2.2 does, and spells out half pairs, which are refused. */
function stringText(value: string): string {
  if (PLAIN.test(value)) return `"${value}"`;
  if (!value.isWellFormed()) throw LedgerError.of('entry-invalid', 'a text holds half a surrogate pair');
  return JSON.stringify(value);
}
