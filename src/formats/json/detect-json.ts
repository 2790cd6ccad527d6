import { FormatError, LimitError } from '../../bytes/errors.ts';
import { readBytes } from '../../bytes/source.ts';
import { isUtf16, looksLikeText } from '../decode-text.ts';
import type { Confidence, Probe } from '../format.ts';
import { parseJsonValue, skipWhiteSpace } from './parse-json.ts';

const NAMES = /\.(?:json|jsonl|ndjson|ipynb|webmanifest)$/;
/** Under another name, a text this long is taken for JSON by its beginning alone. */
const MAX_TRIED_BYTES = 4 * 1024 * 1024;
const DIGITS_AND_WORDS = new Set(new TextEncoder().encode('0123456789-tfnNI'));

/** JSON by name, or, under any name, text that begins like a map or list and parses. */
export function detectJson(probe: Probe): Confidence | null {
  // Whatever else such a file is, its loader takes it for JSON: what is none is then said to be damaged.
  if (NAMES.test(probe.name)) return 'likely';
  if (isUtf16(probe.head)) return null;
  if (!looksLikeText(probe.head.subarray(probe.startsWith([0xef, 0xbb, 0xbf]) ? 3 : 0))) return null;
  return beginsLikeJson(probe.head) && parses(probe) ? 'likely' : null;
}

/** `{` then a key or `}`; `[` then a value or `]`. Rules out templates (`{% …`) and prose (`[INST] …`). */
function beginsLikeJson(head: Uint8Array): boolean {
  const bom = head[0] === 0xef ? 3 : 0;
  const first = skipWhiteSpace(head, bom);
  const second = head[skipWhiteSpace(head, first + 1)] ?? 0;
  if (head[first] === 0x7b) return second === 0x22 || second === 0x7d;
  return head[first] === 0x5b && (DIGITS_AND_WORDS.has(second) || [0x22, 0x5b, 0x5d, 0x7b].includes(second));
}

function parses({ source, budget }: Probe): boolean {
  const bytes = readBytes(source, 0, Math.min(source.size, MAX_TRIED_BYTES));
  try {
    const { end } = parseJsonValue(bytes, { limits: budget.limits });
    return isFollowedByValue(bytes, end);
  } catch (error) {
    if (error instanceof LimitError) return true;
    if (!(error instanceof FormatError)) throw error;
    return error.code === 'truncated' && bytes.length < source.size;
  }
}

/** What follows the first value must be the end or, as in JSON Lines, another one. */
function isFollowedByValue(bytes: Uint8Array, end: number): boolean {
  const next = bytes[skipWhiteSpace(bytes, end)];
  return next === undefined || next === 0x7b || next === 0x5b;
}
