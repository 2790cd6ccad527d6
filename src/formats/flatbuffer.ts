import { FormatError, LimitError } from '../bytes/errors.ts';
import type { Budget } from '../bytes/limits.ts';
import { readBytes, type Source } from '../bytes/source.ts';
import { type Span, SpanSet } from '../bytes/span.ts';
import type { CoverageRole } from './format.ts';

/**
 * What a field of a table holds. `scalar` lies in the table itself; a number is a vector of items of so many bytes, and
 * `payload` one of bytes no one reads; `any` is a table whose fields are not known (a union); else the name of a table,
 * in brackets for a vector of them.
 */
type FlatKind = 'scalar' | 'string' | 'payload' | 'any' | number | { readonly table: string; readonly many: boolean };
export type FlatSchema = Readonly<Record<string, readonly FlatKind[]>>;

/** Shorthand for a table: its kinds in order of field ids, apart by spaces. */
export function table(kinds: string): readonly FlatKind[] {
  return kinds.split(' ').map((kind): FlatKind => {
    if (/^\d$/.test(kind)) return Number(kind);
    const name = kind.replace(/^\[(.*)\]$/, '$1');
    return /^[A-Z]/.test(name) ? { table: name, many: name !== kind } : (kind as FlatKind);
  });
}

export interface FlatContext {
  readonly source: Source;
  readonly budget: Budget;
  cover(start: number, end: number, role: CoverageRole): void;
}

/** Alignment never leaves more than this between two parts; writers align tensors to 16 bytes, some to 32. */
const MAX_PADDING_BYTES = 32;
const MAX_TABLE_BYTES = 0xffff;
const MAX_STRING_BYTES = 64 * 1024;
const PARTS_PER_TIME_CHECK = 1024;
const utf8 = new TextDecoder('utf-8');

/** A table as it stands in the file, read field by field. */
export class FlatTable {
  readonly type: string;
  readonly span: Span;
  readonly #source: Source;
  /** Where each field lies within the table; 0 for one that is left out. */
  readonly #places: readonly number[];

  constructor(type: string, source: Source, span: Span, places: readonly number[]) {
    this.type = type;
    this.span = span;
    this.#source = source;
    this.#places = places;
  }

  get fields(): number {
    return this.#places.length;
  }

  /** Where a field lies in the file; undefined when it is left out. */
  placeOf(field: number): number | undefined {
    const place = this.#places[field] ?? 0;
    return place === 0 ? undefined : this.span.start + place;
  }

  /** Bytes up to the next field or the end of the table. */
  roomOf(field: number): number {
    const place = this.#places[field] ?? 0;
    const after = this.#places.filter((other) => other > place);
    return Math.min(...after, this.span.end - this.span.start) - place;
  }

  /** A number of 1, 4 or 8 bytes; 0, the usual default, when it is left out. */
  number(field: number, bytes: 1 | 4 | 8): number {
    const at = this.placeOf(field);
    if (at === undefined) return 0;
    const view = viewOf(this.#source, at, bytes);
    if (bytes === 1) return view.getUint8(0);
    return bytes === 4 ? view.getUint32(0, true) : Number(view.getBigUint64(0, true));
  }

  /** Text, cut at 64 KiB; '' when it is left out. */
  text(field: number): { readonly text: string; readonly span: Span } {
    const at = this.placeOf(field);
    if (at === undefined) return { text: '', span: { start: this.span.start, end: this.span.start } };
    const start = at + viewOf(this.#source, at, 4).getUint32(0, true);
    const length = viewOf(this.#source, start, 4).getUint32(0, true);
    const bytes = readBytes(this.#source, start + 4, Math.min(length, MAX_STRING_BYTES));
    return { text: utf8.decode(bytes), span: { start: start + 4, end: start + 4 + length } };
  }
}

/**
 * Walks a FlatBuffer by a schema (FlatBuffers "Internals"). A part that several refer to is walked once, so sharing costs
 * nothing. Whatever is not referred to stays uncovered, save for padding.
 */
export class FlatWalker {
  readonly #context: FlatContext;
  readonly #schema: FlatSchema;
  readonly #listen: (table: FlatTable) => void;
  readonly #covered = new SpanSet();
  readonly #visited = new Map<string, Set<number>>();
  /** Where fields of unknown tables may point to. */
  readonly #hints = new Set<number>();
  #followed = 0;

  constructor(context: FlatContext, schema: FlatSchema, listen: (table: FlatTable) => void) {
    this.#context = context;
    this.#schema = schema;
    this.#listen = listen;
  }

  /** Walks the whole file from its root, identifier included. @throws FormatError, LimitError */
  walk(root: string): void {
    this.cover({ start: 0, end: 8 }, 'structure');
    this.#follow(0, { table: root, many: false });
    this.#explainGaps();
  }

  /** Where the last part that was walked ends. */
  get end(): number {
    return this.#covered.spans().at(-1)?.end ?? 0;
  }

  cover({ start, end }: Span, role: CoverageRole): void {
    if (end > this.#context.source.size) {
      throw FormatError.of('truncated', { wanted: end - start, offset: start, size: this.#context.source.size });
    }
    this.#covered.add(start, end);
    this.#context.cover(start, end, role);
  }

  /** Takes what the offset at `place` points to as `kind`. */
  #follow(place: number, kind: Exclude<FlatKind, 'scalar'>): void {
    const target = place + this.#u32(place);
    this.#spend();
    if (!this.#isNew(kind, target)) return;
    if (kind === 'any') return this.#unknownTable(target);
    if (kind === 'string') return this.#vector(target, 1, 'structure', 1);
    if (kind === 'payload') return this.#vector(target, 1, 'payload');
    if (typeof kind === 'number') return this.#vector(target, kind, 'structure');
    if (!kind.many) return this.#table(target, kind.table);
    const count = this.#u32(target);
    this.#vector(target, 4, 'structure');
    for (let i = 0; i < count; i += 1) this.#follow(target + 4 + 4 * i, { table: kind.table, many: false });
  }

  #isNew(kind: Exclude<FlatKind, 'scalar'>, target: number): boolean {
    const key = typeof kind === 'object' ? `${kind.table} ${kind.many}` : `${kind}`;
    const seen = this.#visited.get(key) ?? new Set();
    this.#visited.set(key, seen);
    return seen.size < seen.add(target).size;
  }

  #table(at: number, type: string): void {
    const found = this.#read(at, type);
    this.#listen(found);
    for (const [field, kind] of (this.#schema[type] ?? []).entries()) {
      const place = found.placeOf(field);
      if (place !== undefined && kind !== 'scalar') this.#follow(place, kind);
    }
    this.#hint(found, (this.#schema[type] ?? []).length);
  }

  #unknownTable(at: number): void {
    this.#hint(this.#read(at, 'any'), 0);
  }

  #read(at: number, type: string): FlatTable {
    const vtable = at - viewOf(this.#context.source, at, 4).getInt32(0, true);
    const view = viewOf(this.#context.source, vtable, 4);
    const [vtableBytes, tableBytes] = [view.getUint16(0, true), view.getUint16(2, true)];
    if (vtableBytes < 4 || vtableBytes % 2 !== 0 || tableBytes < 4) {
      const found = `one of ${vtableBytes} and ${tableBytes} bytes`;
      throw FormatError.of('malformed', { expected: 'a table', found, offset: at });
    }
    this.cover({ start: vtable, end: vtable + vtableBytes }, 'structure');
    this.cover({ start: at, end: at + tableBytes }, 'structure');
    const slots = viewOf(this.#context.source, vtable + 4, vtableBytes - 4);
    const places = Array.from({ length: (vtableBytes - 4) / 2 }, (_, i) => slots.getUint16(2 * i, true));
    if (places.some((place) => place >= tableBytes)) {
      throw FormatError.of('malformed', { expected: 'fields inside the table', found: 'others', offset: vtable });
    }
    return new FlatTable(type, this.#context.source, { start: at, end: at + tableBytes }, places);
  }

  #vector(at: number, itemBytes: number, role: CoverageRole, extraBytes = 0): void {
    const end = at + 4 + this.#u32(at) * itemBytes + extraBytes;
    this.cover({ start: at, end: at + 4 }, 'structure');
    this.cover({ start: at + 4, end }, role);
  }

  /** Remembers what the fields from `first` on, whose kinds are not known, would point to as offsets. */
  #hint(found: FlatTable, first: number): void {
    for (let field = first; field < found.fields; field += 1) {
      const place = found.placeOf(field);
      if (place === undefined || found.roomOf(field) < 4) continue;
      this.#hints.add(place + this.#u32(place));
    }
  }

  /** Accounts for padding, and for vectors that fields of unknown tables point to. */
  #explainGaps(): void {
    const hints = [...this.#hints].sort((a, b) => a - b);
    let next = 0;
    for (const gap of this.#covered.gaps(this.#context.source.size)) {
      const starts: number[] = [];
      for (let hint = hints[next]; hint !== undefined && hint < gap.end; hint = hints[next]) {
        if (hint >= gap.start) starts.push(hint);
        next += 1;
      }
      this.#padding({ start: gap.start, end: starts[0] ?? gap.end });
      for (const [i, start] of starts.entries()) this.#hintedVector({ start, end: starts[i + 1] ?? gap.end });
    }
  }

  #hintedVector({ start, end }: Span): void {
    if (end - start < 4) return;
    const count = this.#u32(start);
    const fits = [8, 4, 2, 1].map((bytes) => start + 4 + count * bytes).find((last) => this.#isPadding(last, end));
    if (fits === undefined) return;
    this.#context.cover(start, fits, 'structure');
    this.#context.cover(fits, end, 'padding');
  }

  #padding({ start, end }: Span): void {
    if (this.#isPadding(start, end)) this.#context.cover(start, end, 'padding');
  }

  #isPadding(start: number, end: number): boolean {
    if (end < start || end - start >= MAX_PADDING_BYTES) return false;
    return readBytes(this.#context.source, start, end - start).every((byte) => byte === 0);
  }

  /** Counts what is followed, not what is new: many offsets to one part cost time, too. */
  #spend(): void {
    const { maxFlatbufferParts } = this.#context.budget.limits;
    this.#followed += 1;
    if (this.#followed > maxFlatbufferParts) {
      throw LimitError.of('maxFlatbufferParts', maxFlatbufferParts, this.#followed);
    }
    if (this.#followed % PARTS_PER_TIME_CHECK === 0) this.#context.budget.checkTime();
  }

  #u32(offset: number): number {
    return viewOf(this.#context.source, offset, 4).getUint32(0, true);
  }
}

function viewOf(source: Source, offset: number, length: number): DataView {
  if (offset < 0)
    throw FormatError.of('malformed', { expected: 'an offset in the file', found: `${offset}`, offset: 0 });
  const bytes = readBytes(source, offset, Math.min(length, MAX_TABLE_BYTES));
  if (bytes.length < length) throw FormatError.of('truncated', { wanted: length, offset, size: source.size });
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
