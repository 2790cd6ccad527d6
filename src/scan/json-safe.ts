/** A value that survives JSON and structured cloning unchanged. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const MAX_DEPTH = 32;
/** Evidence is a pointer to the file, not a copy of it: longer strings and lists are cut, and say so. */
const MAX_STRING = 16_384;
const MAX_ITEMS = 2_000;
const MAX_HEX_BYTES = 256;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
// oxlint-disable-next-line no-control-regex -- controls that JSON leaves raw but a terminal would obey
const RAW_CONTROLS = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/**
 * Makes evidence JSON: big integers become decimal strings, bytes hex, maps lists of pairs, lone surrogates a
 * visible `\ud800`, non-finite numbers their name. Depth, strings and lists are bounded; functions are dropped.
 */
export function jsonSafe(value: unknown, depth = 0): Json {
  switch (typeof value) {
    case 'string':
      return safeString(value);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return safeString(value.toString());
    case 'boolean':
      return value;
    case 'object':
      return value === null ? null : depth >= MAX_DEPTH ? '…' : safeObject(value, depth + 1);
    case 'symbol':
      return safeString(value.toString());
    default:
      return null;
  }
}

/** JSON text whose every character is visible: what `JSON.stringify` leaves raw is escaped as well. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    RAW_CONTROLS,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function safeString(text: string): string {
  const cut = text.length > MAX_STRING ? `${text.slice(0, MAX_STRING)}… (${text.length} characters)` : text;
  return cut.isWellFormed() ? cut : cut.replace(LONE_SURROGATE, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`);
}

function safeObject(value: object, depth: number): Json {
  if (value instanceof Uint8Array) return hex(value);
  if (value instanceof Date) return safeString(String(value));
  if (Array.isArray(value)) return safeList(value, value.length, depth);
  if (value instanceof Set) return safeList(value, value.size, depth);
  if (value instanceof Map) return safeList(value, value.size, depth);
  const out: Record<string, Json> = Object.create(null) as Record<string, Json>;
  let kept = 0;
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined || typeof item === 'function') continue;
    kept += 1;
    if (kept > MAX_ITEMS) break;
    out[safeString(key)] = jsonSafe(item, depth);
  }
  return out;
}

function safeList(items: Iterable<unknown>, length: number, depth: number): Json {
  const out: Json[] = [];
  for (const item of items) {
    if (out.length >= MAX_ITEMS) {
      out.push(`… (${length} items)`);
      break;
    }
    out.push(jsonSafe(item, depth));
  }
  return out;
}

function hex(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, MAX_HEX_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return bytes.length > MAX_HEX_BYTES ? `${shown}… (${bytes.length} bytes)` : shown;
}
