import { FormatError, LimitError } from '../../bytes/errors.ts';
import type { Limits } from '../../bytes/limits.ts';
import type { DocumentNode, MapEntry, ScalarNode } from '../document.ts';
import { JsonEntry, JsonList, JsonMap, JsonScalar } from './json-nodes.ts';
import { JsonStrings } from './json-strings.ts';

export interface JsonOptions {
  readonly limits: Pick<Limits, 'maxDocumentNodes' | 'maxDocumentDepth'>;
  /** Added to every span and to the offset of every error: where `bytes` start in the file. Default 0. */
  readonly offset?: number;
  /**
   * From this item of a list on, plain short strings, numbers and lists of such are replaced by `elided`. Vocabularies
   * and merges have a million items that no rule asks for. Default 4096; Infinity keeps everything.
   */
  readonly elideAfter?: number;
  /** Accept comments and trailing commas too, as editors and json5 readers do; both are noted. Default false. */
  readonly lenient?: boolean;
  /** Takes each entry of the root, when that is a map, in place of the tree: a header of 10^5 tensors need not be held. */
  readonly onRootEntry?: (entry: MapEntry) => void;
}

/** A parsed JSON text. Offsets include `JsonOptions.offset`. */
export interface JsonText {
  readonly root: DocumentNode;
  /** Just past the last character of the value, before trailing white space. */
  readonly end: number;
  /** What Python's reader accepts and RFC 8259 does not, or what readers disagree about. The first of each kind. */
  readonly oddities: readonly JsonOddity[];
}

interface JsonOddity {
  readonly code:
    | 'byte-order-mark'
    | 'leading-white-space'
    | 'not-a-number'
    | 'lone-surrogate'
    | 'comment'
    | 'trailing-comma';
  readonly offset: number;
}

/** Stands for an item of a long list that was checked but not kept. */
export const elided: ScalarNode = Object.freeze({ kind: 'scalar', value: null, elided: true });

const DEFAULT_ELIDE_AFTER = 4096;
const MAX_ELIDED_LENGTH = 64;
/** The merges of a tokenizer are pairs, its unigrams are [text, score]. */
const MAX_ELIDED_ITEMS = 4;
const MAX_ELIDED_DEPTH = 1;
/** CPython refuses to convert more digits (sys.int_info.default_max_str_digits); BigInt would take quadratic time. */
const MAX_INTEGER_DIGITS = 4300;
/** Up to 15 digits are exact in a double without asking. */
const MAX_PLAIN_DIGITS = 15;

/**
 * Reads a whole JSON text (RFC 8259, and NaN, Infinity, -Infinity as Python's json does) into a tree with byte spans.
 * Duplicate keys are kept, integers beyond 2^53 become bigint.
 * @throws FormatError `truncated` or `malformed`, LimitError `maxDocumentNodes` or `maxDocumentDepth`
 */
export function parseJson(bytes: Uint8Array, options: JsonOptions): JsonText {
  const text = parseJsonValue(bytes, options);
  const base = options.offset ?? 0;
  const rest = skipWhiteSpace(bytes, text.end - base);
  if (rest < bytes.length) {
    const found = `byte 0x${(bytes[rest] as number).toString(16).padStart(2, '0')}`;
    throw FormatError.of('malformed', { expected: 'the end of the JSON text', found, offset: base + rest });
  }
  return text;
}

/** Like parseJson, but leaves what follows the first value to the caller; `end` says where that is. */
export function parseJsonValue(bytes: Uint8Array, options: JsonOptions): JsonText {
  return new JsonReader(bytes, options).text();
}

/**
 * The values of a text of several, such as JSON Lines, one by one; what stands between them is white space. Limits
 * count for each value alone. @throws as parseJson does, when it comes to the damage
 */
export function* parseJsonValues(bytes: Uint8Array, options: JsonOptions): Generator<JsonText> {
  const reader = new JsonReader(bytes, options);
  while (reader.hasMore()) yield reader.text();
}

/** The first offset from `at` on that is not JSON white space. */
export function skipWhiteSpace(bytes: Uint8Array, at: number): number {
  let i = at;
  while (i < bytes.length && isWhiteSpace(bytes[i] as number)) i += 1;
  return i;
}

function isWhiteSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

const KEYWORDS: readonly (readonly [text: string, value: ScalarNode['value']])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
];

class JsonReader {
  readonly #bytes: Uint8Array;
  readonly #base: number;
  readonly #limits: JsonOptions['limits'];
  readonly #elideAfter: number;
  readonly #lenient: boolean;
  readonly #onRootEntry: JsonOptions['onRootEntry'];
  readonly #strings: JsonStrings;
  readonly #oddities = new Map<JsonOddity['code'], number>();
  #at = 0;
  #nodes = 0;
  #depth = 0;

  constructor(bytes: Uint8Array, options: JsonOptions) {
    this.#bytes = bytes;
    this.#base = options.offset ?? 0;
    this.#limits = options.limits;
    this.#elideAfter = options.elideAfter ?? DEFAULT_ELIDE_AFTER;
    this.#lenient = options.lenient ?? false;
    this.#onRootEntry = options.onRootEntry;
    this.#strings = new JsonStrings(bytes, this.#base);
  }

  /** True when something other than white space is left. */
  hasMore(): boolean {
    return this.#skip(this.#at) < this.#bytes.length;
  }

  /** The next value. */
  text(): JsonText {
    this.#nodes = 0;
    const [a, b, c] = this.#bytes;
    if (this.#at === 0 && a === 0xef && b === 0xbb && c === 0xbf) {
      this.#odd('byte-order-mark', 0);
      this.#at = 3;
    }
    const start = this.#skip(this.#at);
    if (start > this.#at) this.#odd('leading-white-space', this.#at);
    this.#at = start;
    const root = this.#value();
    const oddities = [...this.#oddities].map(([code, offset]) => ({ code, offset: this.#base + offset }));
    return { root, end: this.#base + this.#at, oddities };
  }

  #value(): DocumentNode {
    this.#count();
    const byte = this.#bytes[this.#at];
    if (byte === 0x22) return this.#string();
    if (byte === 0x7b) return this.#nested(() => this.#map());
    if (byte === 0x5b) return this.#nested(() => this.#list());
    if (isDigit(byte) || (byte === 0x2d && isDigit(this.#bytes[this.#at + 1]))) return this.#number();
    return this.#keyword();
  }

  #count(): void {
    this.#nodes += 1;
    const { maxDocumentNodes } = this.#limits;
    if (this.#nodes > maxDocumentNodes) throw LimitError.of('maxDocumentNodes', maxDocumentNodes, 'more');
  }

  #nested<Node>(read: () => Node): Node {
    this.#depth += 1;
    const { maxDocumentDepth } = this.#limits;
    if (this.#depth > maxDocumentDepth) throw LimitError.of('maxDocumentDepth', maxDocumentDepth, this.#depth);
    const node = read();
    this.#depth -= 1;
    return node;
  }

  #string(): ScalarNode {
    const start = this.#at;
    return new JsonScalar(this.#text(), this.#base + start, this.#base + this.#at);
  }

  #text(): string {
    const start = this.#at;
    const text = this.#strings.read(start);
    this.#at = this.#strings.end;
    // Only an escape can make one, and an escaped string is longer in bytes than in characters.
    if (this.#at - start - 2 > text.length && !text.isWellFormed()) this.#odd('lone-surrogate', start);
    return text;
  }

  #map(): JsonMap {
    const start = this.#at;
    const entries: JsonEntry[] = [];
    const take = (this.#depth === 1 ? this.#onRootEntry : undefined) ?? ((entry: JsonEntry) => entries.push(entry));
    this.#at = this.#skip(start + 1);
    if (this.#bytes[this.#at] !== 0x7d) {
      do take(this.#entry());
      while (this.#another(0x7d, 'a comma or a closing brace'));
    }
    this.#at += 1;
    return new JsonMap(entries, this.#base + start, this.#base + this.#at);
  }

  #entry(): JsonEntry {
    const start = this.#at;
    if (this.#bytes[start] !== 0x22) throw this.#expected('a key in double quotes');
    const key = this.#text();
    const end = this.#at;
    this.#at = this.#skip(end);
    if (this.#bytes[this.#at] !== 0x3a) throw this.#expected('a colon');
    this.#at = this.#skip(this.#at + 1);
    return new JsonEntry(key, this.#value(), this.#base + start, this.#base + end);
  }

  #list(): JsonList {
    const start = this.#at;
    const items: DocumentNode[] = [];
    this.#at = this.#skip(start + 1);
    if (this.#bytes[this.#at] !== 0x5d) {
      do items.push(items.length < this.#elideAfter ? this.#value() : this.#plainItem());
      while (this.#another(0x5d, 'a comma or a closing bracket'));
    }
    this.#at += 1;
    return new JsonList(items, this.#base + start, this.#base + this.#at);
  }

  /** An item far down a long list: kept only when it is more than data. */
  #plainItem(): DocumentNode {
    const at = this.#at;
    const nodes = this.#nodes;
    if (this.#skipPlain(MAX_ELIDED_DEPTH)) return elided;
    this.#at = at;
    this.#nodes = nodes;
    return this.#value();
  }

  /** Moves past a number, a short plain string, or a short list of such; false, anywhere, at anything else. */
  #skipPlain(depth: number): boolean {
    const byte = this.#bytes[this.#at];
    if (byte === 0x5b) return depth > 0 && this.#skipPlainList(depth - 1);
    this.#count();
    if (byte === 0x22) {
      const end = this.#strings.skipPlain(this.#at, MAX_ELIDED_LENGTH);
      if (end > 0) this.#at = end;
      return end > 0;
    }
    if (!isDigit(byte) && byte !== 0x2d) return false;
    this.#value();
    return true;
  }

  #skipPlainList(depth: number): boolean {
    this.#at = this.#skip(this.#at + 1);
    for (let items = 0; items < MAX_ELIDED_ITEMS; items += 1) {
      if (!this.#skipPlain(depth)) return false;
      if (this.#another(0x5d, 'a comma or a closing bracket')) continue;
      this.#at += 1;
      this.#count();
      return true;
    }
    return false;
  }

  /** After an entry or item: true when another follows, and stands there; false at `close`. */
  #another(close: number, expected: string): boolean {
    this.#at = this.#skip(this.#at);
    const byte = this.#bytes[this.#at];
    if (byte === close) return false;
    if (byte !== 0x2c) throw this.#expected(expected);
    const comma = this.#at;
    this.#at = this.#skip(comma + 1);
    if (!this.#lenient || this.#bytes[this.#at] !== close) return true;
    this.#odd('trailing-comma', comma);
    return false;
  }

  /** Past white space and, when lenient, comments. */
  #skip(at: number): number {
    const next = skipWhiteSpace(this.#bytes, at);
    return this.#lenient && this.#bytes[next] === 0x2f ? this.#skipComments(next) : next;
  }

  #skipComments(at: number): number {
    let i = at;
    while (this.#bytes[i] === 0x2f) {
      const end = this.#endOfComment(i);
      if (end < 0) break;
      this.#odd('comment', i);
      i = skipWhiteSpace(this.#bytes, end);
    }
    return i;
  }

  /** Where the comment at `at` ends; -1 when there is none, or when it has no end. */
  #endOfComment(at: number): number {
    const bytes = this.#bytes;
    if (bytes[at + 1] === 0x2f) {
      const end = bytes.indexOf(0x0a, at);
      return end < 0 ? bytes.length : end;
    }
    if (bytes[at + 1] !== 0x2a) return -1;
    for (let star = bytes.indexOf(0x2a, at + 2); star >= 0; star = bytes.indexOf(0x2a, star + 1)) {
      if (bytes[star + 1] === 0x2f) return star + 2;
    }
    return -1;
  }

  #number(): ScalarNode {
    const bytes = this.#bytes;
    const start = this.#at;
    const first = bytes[start] === 0x2d ? start + 1 : start;
    let i = first + 1;
    if (bytes[first] !== 0x30) while (isDigit(bytes[i])) i += 1;
    const integerEnd = i;
    if (bytes[i] === 0x2e && isDigit(bytes[i + 1])) i = this.#digits(i + 1);
    if (((bytes[i] ?? 0) | 0x20) === 0x65) i = this.#exponent(i);
    this.#at = i;
    const value = i > integerEnd ? Number(this.#ascii(start, i)) : this.#integer(start, first, i);
    return new JsonScalar(value, this.#base + start, this.#base + i);
  }

  #exponent(at: number): number {
    const signed = this.#bytes[at + 1] === 0x2b || this.#bytes[at + 1] === 0x2d;
    const digits = at + (signed ? 2 : 1);
    return isDigit(this.#bytes[digits]) ? this.#digits(digits) : at;
  }

  #digits(at: number): number {
    let i = at;
    while (isDigit(this.#bytes[i])) i += 1;
    return i;
  }

  #integer(start: number, first: number, end: number): number | bigint {
    if (end - first > MAX_INTEGER_DIGITS) {
      const found = `${end - first}`;
      const expected = `an integer of at most ${MAX_INTEGER_DIGITS} digits`;
      throw FormatError.of('malformed', { expected, found, offset: this.#base + start });
    }
    if (end - first > MAX_PLAIN_DIGITS) {
      const value = Number(this.#ascii(start, end));
      return Number.isSafeInteger(value) ? value : BigInt(this.#ascii(start, end));
    }
    let value = 0;
    for (let i = first; i < end; i += 1) value = value * 10 + (this.#bytes[i] as number) - 0x30;
    return first > start ? -value : value;
  }

  #ascii(start: number, end: number): string {
    let text = '';
    for (let i = start; i < end; i += 1) text += String.fromCharCode(this.#bytes[i] as number);
    return text;
  }

  #keyword(): ScalarNode {
    const start = this.#at;
    for (const [text, value] of KEYWORDS) {
      if (!this.#matches(text)) continue;
      this.#at += text.length;
      if (typeof value === 'number') this.#odd('not-a-number', start);
      return new JsonScalar(value, this.#base + start, this.#base + this.#at);
    }
    throw this.#expected('a JSON value');
  }

  #matches(text: string): boolean {
    for (let i = 0; i < text.length; i += 1) {
      if (this.#bytes[this.#at + i] !== text.charCodeAt(i)) return false;
    }
    return true;
  }

  #odd(code: JsonOddity['code'], offset: number): void {
    if (!this.#oddities.has(code)) this.#oddities.set(code, offset);
  }

  #expected(expected: string): FormatError {
    const offset = this.#base + this.#at;
    const byte = this.#bytes[this.#at];
    if (byte === undefined) return FormatError.of('truncated', { wanted: 1, offset, size: offset });
    const found = `byte 0x${byte.toString(16).padStart(2, '0')}`;
    return FormatError.of('malformed', { expected, found, offset });
  }
}
