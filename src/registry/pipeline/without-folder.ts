import { visible } from '../../scan/visible-text.ts';

/** Below the folder of a version, where its files lie while they are worked on; the longest first. */
const PLACES = ['/files-converted', '/converted', '/files', ''];
/** Documents are flat: what is deeper than this is none of ours. */
const MAX_DEPTH = 64;

/** A text as if it were said from inside a folder: where files lie on a server is nobody's business. */
export function withoutFolder(text: string, folder: string): string {
  return remover(folder)(text);
}

/** A document with every text in it as `withoutFolder` has it. @throws RangeError for one that is too deep. */
export function documentWithoutFolder<Value>(document: Value, folder: string): Value {
  return mapped(document, remover(folder), 0) as Value;
}

/** Paths become paths below the folder, its own name becomes `the model`. */
function remover(folder: string): (text: string) => string {
  const spellings = new Set([folder, visible(folder), JSON.stringify(folder).slice(1, -1)]);
  const places = [...spellings].flatMap((one) => PLACES.map((place) => one + place));
  return (text) => {
    let left = text;
    for (const place of places) left = left.replaceAll(`${place}/`, '');
    for (const place of places) left = left.replaceAll(place, 'the model');
    return left;
  };
}

function mapped(value: unknown, change: (text: string) => string, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new RangeError('expected a document that is not that deep');
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => mapped(one, change, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  // What a scan found has no prototype at all.
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapped(one, change, depth + 1)]));
}
