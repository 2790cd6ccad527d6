import { FormatError, LimitError } from '../../bytes/errors.ts';
import type { Limits } from '../../bytes/limits.ts';
import type { DocumentNode, MapEntry, ScalarNode } from '../document.ts';

/** Items of a typed array that are kept; the rest are numbers no rule asks for. */
const MAX_KEPT_ITEMS = 256;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Numbers of fixed size, most significant byte first, by their marker. */
const NUMBERS: ReadonlyMap<string, readonly [bytes: number, read: (view: DataView, at: number) => number | bigint]> =
  new Map<string, readonly [number, (view: DataView, at: number) => number | bigint]>([
    ['i', [1, (view, at) => view.getInt8(at)]],
    ['U', [1, (view, at) => view.getUint8(at)]],
    ['I', [2, (view, at) => view.getInt16(at)]],
    ['l', [4, (view, at) => view.getInt32(at)]],
    ['L', [8, (view, at) => view.getBigInt64(at)]],
    ['d', [4, (view, at) => view.getFloat32(at)]],
    ['D', [8, (view, at) => view.getFloat64(at)]],
  ]);
const CONSTANTS: ReadonlyMap<string, ScalarNode['value']> = new Map<string, ScalarNode['value']>([
  ['Z', null],
  ['T', true],
  ['F', false],
]);

type UbjsonLimits = Pick<Limits, 'maxDocumentNodes' | 'maxDocumentDepth'>;

/** Reads one value from the start of `bytes`. @throws FormatError, LimitError */
export function parseUbjson(bytes: Uint8Array, limits: UbjsonLimits): { root: DocumentNode; end: number } {
  const reader = new UbjsonReader(bytes, limits);
  const root = reader.value(reader.marker());
  return { root, end: reader.offset };
}

class UbjsonReader {
  offset = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #limits: UbjsonLimits;
  #nodes = 0;
  #depth = 0;

  constructor(bytes: Uint8Array, limits: UbjsonLimits) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#limits = limits;
  }

  /** The next marker; `N` means nothing and may stand anywhere before one. */
  marker(): string {
    for (;;) {
      const marker = String.fromCharCode(this.#bytes[this.#take(1)] ?? 0);
      if (marker !== 'N') return marker;
    }
  }

  value(marker: string): DocumentNode {
    const start = this.offset - 1;
    if (marker === '[' || marker === '{') return this.#nested(() => this.#container(marker, start));
    this.#spend(1);
    const value = this.#scalar(marker);
    return { kind: 'scalar', value, span: { start, end: this.offset } };
  }

  #scalar(marker: string): ScalarNode['value'] {
    const constant = CONSTANTS.get(marker);
    if (constant !== undefined) return constant;
    const number = NUMBERS.get(marker);
    if (number !== undefined) return number[1](this.#view, this.#take(number[0]));
    if (marker === 'S' || marker === 'H') return this.#text(this.#length());
    if (marker === 'C') return this.#text(1);
    throw this.#unexpected('a type marker', marker);
  }

  #container(marker: '[' | '{', start: number): DocumentNode {
    this.#spend(1);
    const { type, count } = this.#header();
    if (marker === '{') {
      const entries = this.#entries(type, count);
      return { kind: 'map', entries, span: { start, end: this.offset } };
    }
    const items = type === undefined || !NUMBERS.has(type) ? this.#items(type, count) : this.#numbers(type, count ?? 0);
    return { kind: 'list', items, span: { start, end: this.offset } };
  }

  /** `$type` and `#count`, each of which may be absent, but a type never stands without a count. */
  #header(): { type: string | undefined; count: number | undefined } {
    let type: string | undefined;
    if (this.#peek() === '$') {
      this.#take(1);
      type = this.marker();
      if (this.#peek() !== '#') throw this.#unexpected('a count after a type', this.#peek());
    }
    if (this.#peek() !== '#') return { type, count: undefined };
    this.#take(1);
    return { type, count: this.#length() };
  }

  #entries(type: string | undefined, count: number | undefined): MapEntry[] {
    const entries: MapEntry[] = [];
    while (this.#goesOn(entries.length, count, '}')) {
      const start = this.offset;
      const key = this.#text(this.#length());
      const keySpan = { start, end: this.offset };
      entries.push({ key, keySpan, value: this.value(type ?? this.marker()) });
    }
    return entries;
  }

  #items(type: string | undefined, count: number | undefined): DocumentNode[] {
    const items: DocumentNode[] = [];
    while (this.#goesOn(items.length, count, ']')) items.push(this.value(type ?? this.marker()));
    return items;
  }

  /** An array of numbers without markers: only the first are kept. */
  #numbers(type: string, count: number): DocumentNode[] {
    const [bytes, read] = NUMBERS.get(type) as [number, (view: DataView, at: number) => number | bigint];
    const at = this.#take(bytes * count);
    const kept = Math.min(count, MAX_KEPT_ITEMS);
    this.#spend(kept);
    return Array.from({ length: kept }, (_, i) => ({ kind: 'scalar', value: read(this.#view, at + i * bytes) }));
  }

  #goesOn(done: number, count: number | undefined, close: string): boolean {
    if (count !== undefined) return done < count;
    while (this.#peek() === 'N') this.#take(1);
    if (this.#peek() !== close) return true;
    this.#take(1);
    return false;
  }

  #length(): number {
    const marker = this.marker();
    const number = 'iUIlL'.includes(marker) ? NUMBERS.get(marker) : undefined;
    if (number === undefined) throw this.#unexpected('a length', marker);
    const length = Number(number[1](this.#view, this.#take(number[0])));
    if (length < 0 || length > this.#bytes.length) throw this.#unexpected('a length within the file', `${length}`);
    return length;
  }

  #text(length: number): string {
    const at = this.#take(length);
    try {
      return utf8.decode(this.#bytes.subarray(at, at + length));
    } catch (cause) {
      throw FormatError.of('malformed', { expected: 'UTF-8 text', found: 'other bytes', offset: at }, cause);
    }
  }

  #nested<Result>(read: () => Result): Result {
    const { maxDocumentDepth } = this.#limits;
    this.#depth += 1;
    if (this.#depth > maxDocumentDepth) throw LimitError.of('maxDocumentDepth', maxDocumentDepth, this.#depth);
    const result = read();
    this.#depth -= 1;
    return result;
  }

  /** Values of no bytes (`[$Z#…`) cost memory all the same, so every node counts. */
  #spend(nodes: number): void {
    const { maxDocumentNodes } = this.#limits;
    this.#nodes += nodes;
    if (this.#nodes > maxDocumentNodes) throw LimitError.of('maxDocumentNodes', maxDocumentNodes, this.#nodes);
  }

  #peek(): string {
    return String.fromCharCode(this.#bytes[this.offset] ?? 0);
  }

  /** Where the next `bytes` start, which are there. */
  #take(bytes: number): number {
    const at = this.offset;
    if (at + bytes > this.#bytes.length) {
      throw FormatError.of('truncated', { wanted: bytes, offset: at, size: this.#bytes.length });
    }
    this.offset += bytes;
    return at;
  }

  #unexpected(expected: string, found: string): FormatError {
    return FormatError.of('malformed', { expected, found, offset: this.offset });
  }
}
