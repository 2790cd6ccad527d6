import { LimitError } from '../../bytes/errors.ts';
import { joined, type Span } from '../../bytes/span.ts';
import type { TextContent } from '../../formats/text-content.ts';
import type { Severity } from '../rule.ts';

/** One kind of invisible writing in a text. */
export interface HiddenText {
  readonly kind:
    | 'tag characters'
    | 'variation selectors'
    | 'zero-width run'
    | 'bidirectional override'
    | 'zero-width inside words'
    | 'byte order mark inside';
  readonly count: number;
  /** UTF-16 index of the first. */
  readonly index: number;
  /** What it says, where it encodes text. */
  readonly decoded: string;
  readonly severity: Severity;
}

type Nature = TextContent['nature'];

/** U+E0000 to U+E007F as UTF-16. */
const TAGS = /(?:\uDB40[\uDC00-\uDC7F])+/g;
/** Subdivision flags (UTS #51 ED-14a): black flag, two to seven tag letters or digits, cancel tag. */
const BLACK_FLAG = '\uD83C\uDFF4';
const FLAG_TAGS = /^(?:\uDB40[\uDC30-\uDC39\uDC61-\uDC7A]){2,7}\uDB40\uDC7F$/;
/** Two or more in a row select nothing: each byte of a message can be one of the 256. */
const SELECTORS = /(?:[\uFE00-\uFE0F]|\uDB40[\uDD00-\uDDEF]){3,}/g;
const ZERO_WIDTH_RUN = /[\u200B-\u200D\u2060-\u2064\uFEFF\u180E]{8,}/g;
const INSIDE_WORD = /(?<=[A-Za-z])[\u200B\u2060-\u2064\u180E](?=[A-Za-z])/g;
const MARK_INSIDE = /(?!^)\uFEFF/g;
const OVERRIDES = /[\u202D\u202E]/g;
const EMBEDDINGS = /[\u202A\u202B\u2066-\u2068]/g;
const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/;

/** Every kind of hidden writing in a text; a vocabulary (`data`) may list such characters one by one. */
export function* hiddenTexts(text: string, nature: Nature): Generator<HiddenText> {
  yield* tags(text, nature);
  yield* counted('variation selectors', text, SELECTORS, nature === 'data' ? 16 : 1, 'high');
  yield* counted('zero-width run', text, ZERO_WIDTH_RUN, nature === 'data' ? 64 : 1, 'high');
  if (nature === 'data') return;
  yield* bidirectional(text, nature);
  const strict = nature !== 'prose';
  yield* counted('zero-width inside words', text, INSIDE_WORD, strict ? 1 : 3, 'medium');
  yield* counted('byte order mark inside', text, MARK_INSIDE, strict ? 1 : 3, strict ? 'medium' : 'low');
}

function* tags(text: string, nature: Nature): Generator<HiddenText> {
  for (const { run, index } of tagRuns(text, nature)) {
    const decoded = Array.from(run, (char) => String.fromCharCode((char.codePointAt(0) ?? 0) - 0xe0000)).join('');
    yield { kind: 'tag characters', count: run.length / 2, index, decoded: printable(decoded), severity: 'high' };
  }
}

/** Runs of tag characters that are no flag; a vocabulary may list single ones. */
function* tagRuns(text: string, nature: Nature): Generator<{ run: string; index: number }> {
  if (!text.includes('\uDB40')) return;
  for (const { 0: run, index } of text.matchAll(TAGS)) {
    if (FLAG_TAGS.test(run) && text.slice(index - 2, index) === BLACK_FLAG) continue;
    if (run.length / 2 >= (nature === 'data' ? 8 : 1)) yield { run, index };
  }
}

function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- what a hidden message may not write to a terminal
  return text.replace(/[\u0000-\u001f\u007f]/g, '').slice(0, 200);
}

/** Trojan Source (CVE-2021-42574): an override anywhere, an embedding on a line without right-to-left letters. */
function* bidirectional(text: string, nature: Nature): Generator<HiddenText> {
  yield* counted('bidirectional override', text, OVERRIDES, 1, nature === 'prose' ? 'medium' : 'high');
  for (const index of needlessEmbeddings(text)) {
    const severity = nature === 'prose' ? 'low' : 'high';
    yield { kind: 'bidirectional override', count: 1, index, decoded: '', severity };
    return;
  }
}

/** Embeddings on lines without right-to-left letters, as far as the start of a line tells. Linear in the text. */
function* needlessEmbeddings(text: string): Generator<number> {
  let line = { end: -1, needsThem: false };
  for (const { index } of text.matchAll(EMBEDDINGS)) {
    if (index >= line.end) {
      const start = text.lastIndexOf('\n', index) + 1;
      const end = text.indexOf('\n', index);
      const needsThem = RIGHT_TO_LEFT.test(text.slice(start, end === -1 ? text.length : end).slice(0, 4096));
      line = { end: end === -1 ? text.length : end, needsThem };
    }
    if (!line.needsThem) yield index;
  }
}

type Kind = HiddenText['kind'];

function* counted(kind: Kind, text: string, pattern: RegExp, least: number, severity: Severity): Generator<HiddenText> {
  let count = 0;
  let first = -1;
  for (const { index } of text.matchAll(pattern)) {
    count += 1;
    if (first === -1) first = index;
  }
  if (count >= least) yield { kind, count, index: first, decoded: '', severity };
}

/** What ends an embedding or an override. */
const CLOSERS = /[\u202C\u2069]/g;

/** Each range is kept in memory; a text that hides more is made of nothing else. */
const MAX_RANGES = 1_000_000;

/**
 * Where the invisible characters are that `hiddenTexts` counts, as ranges of UTF-16 units in ascending order.
 * @throws LimitError when there are too many
 */
export function hiddenRanges(text: string, nature: Nature): readonly Span[] {
  const kinds = new Set<Kind>();
  let count = 0;
  for (const hidden of hiddenTexts(text, nature)) {
    kinds.add(hidden.kind);
    count += hidden.count;
    if (count > MAX_RANGES) throw LimitError.of('hidden characters', MAX_RANGES, 'more');
  }
  const found: Span[] = [];
  if (kinds.has('tag characters')) {
    for (const { run, index } of tagRuns(text, nature)) found.push({ start: index, end: index + run.length });
  }
  if (kinds.has('bidirectional override')) {
    for (const index of needlessEmbeddings(text)) found.push({ start: index, end: index + 1 });
  }
  for (const [kind, pattern] of PATTERNS) {
    if (!kinds.has(kind)) continue;
    for (const { 0: match, index } of text.matchAll(pattern)) found.push({ start: index, end: index + match.length });
  }
  return joined(found);
}

const PATTERNS: readonly (readonly [Kind, RegExp])[] = [
  ['variation selectors', SELECTORS],
  ['zero-width run', ZERO_WIDTH_RUN],
  ['bidirectional override', OVERRIDES],
  ['bidirectional override', CLOSERS],
  ['zero-width inside words', INSIDE_WORD],
  ['byte order mark inside', MARK_INSIDE],
];
