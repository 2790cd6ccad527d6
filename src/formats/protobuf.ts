import { Cursor } from '../bytes/cursor.ts';
import { FormatError, LimitError } from '../bytes/errors.ts';
import type { Budget } from '../bytes/limits.ts';
import type { Source } from '../bytes/source.ts';
import type { Span } from '../bytes/span.ts';
import type { CoverageRole } from './format.ts';

/** Wire types (protobuf encoding guide). Groups, 3 and 4, are written by none of the formats read here. */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;
const MAX_VARINT_BYTES = 10;
const FIELDS_PER_TIME_CHECK = 4096;

/** One field on the wire. */
export interface WireField {
  readonly number: number;
  readonly wireType: number;
  /** Where its tag is. */
  readonly start: number;
  /** Its content: of a length-delimited field, what the length counts. */
  readonly content: Span;
  /** Of a varint, its value; else 0n. */
  readonly value: bigint;
}

/**
 * What a field of a schema holds. `text` and `bytes` up to a size are handed to the listener, `payload` is data no one
 * reads, `number` any scalar or packed list of them, anything else the name of a message.
 */
export type FieldKind = 'text' | 'bytes' | 'payload' | 'number';
interface SchemaField {
  readonly name: string;
  readonly kind: FieldKind | { readonly message: string };
}
export type MessageSchema = ReadonlyMap<number, SchemaField>;
export type Schema = Readonly<Record<string, MessageSchema>>;

/** Shorthand for a message: `number: 'name kind'`, where a kind with a capital letter is a message. */
export function message(fields: Readonly<Record<number, string>>): MessageSchema {
  const entries = Object.entries(fields).map(([number, text]): [number, SchemaField] => {
    const [name = '', kind = ''] = text.split(' ');
    return [Number(number), { name, kind: /^[A-Z]/.test(kind) ? { message: kind } : (kind as FieldKind) }];
  });
  return new Map(entries);
}

/** Hears what a walk comes by, in the order of the file. */
export interface WireListener {
  enter(type: string, field: string, span: Span): void;
  leave(type: string, field: string, span: Span): void;
  /** A varint, or something of 4 or 8 bytes, whose `value` is then 0n and whose bytes are in `span`. */
  number(field: string, value: bigint, span: Span): void;
  /** The content is there to be read; nothing was read yet. */
  content(field: string, kind: FieldKind, span: Span): void;
}

export interface WireContext {
  readonly source: Source;
  readonly budget: Budget;
  cover(start: number, end: number, role: CoverageRole): void;
}

/** Walks protobuf messages by a schema. Fields the schema does not know stay uncovered, and so are reported. */
export class WireWalker {
  readonly #cursor: Cursor;
  readonly #context: WireContext;
  readonly #schema: Schema;
  readonly #listener: WireListener;
  #depth = 0;
  #fields = 0;

  constructor(context: WireContext, schema: Schema, listener: WireListener) {
    this.#cursor = new Cursor(context.source);
    this.#context = context;
    this.#schema = schema;
    this.#listener = listener;
  }

  /** @throws FormatError when the wire format is broken, LimitError `maxProtobufDepth` */
  walk(type: string, span: Span, field = ''): void {
    const { maxProtobufDepth } = this.#context.budget.limits;
    this.#depth += 1;
    if (this.#depth > maxProtobufDepth) throw LimitError.of('maxProtobufDepth', maxProtobufDepth, this.#depth);
    this.#listener.enter(type, field, span);
    this.#cursor.seek(span.start);
    while (this.#cursor.offset < span.end) {
      this.#checkTime();
      this.#field(this.#schema[type] as MessageSchema, readField(this.#cursor, span.end));
    }
    this.#listener.leave(type, field, span);
    this.#depth -= 1;
  }

  #field(schema: MessageSchema, field: WireField): void {
    const context = this.#context;
    const known = schema.get(field.number);
    if (known === undefined) {
      if (field.wireType !== LENGTH) context.cover(field.start, field.content.end, 'structure');
    } else if (field.wireType !== LENGTH) {
      context.cover(field.start, field.content.end, 'structure');
      this.#listener.number(known.name, field.value, field.content);
    } else if (typeof known.kind === 'object') {
      context.cover(field.start, field.content.start, 'structure');
      this.walk(known.kind.message, field.content, known.name);
    } else {
      context.cover(field.start, field.content.start, 'structure');
      context.cover(field.content.start, field.content.end, known.kind === 'payload' ? 'payload' : 'structure');
      this.#listener.content(known.name, known.kind, field.content);
    }
    this.#cursor.seek(field.content.end);
  }

  #checkTime(): void {
    this.#fields += 1;
    if (this.#fields % FIELDS_PER_TIME_CHECK === 0) this.#context.budget.checkTime();
  }
}

/** Reads the field at the cursor, which must end by `end`, and leaves the cursor at its content. @throws FormatError */
export function readField(cursor: Cursor, end: number): WireField {
  const start = cursor.offset;
  const tag = readVarint(cursor);
  const number = Number(tag >> 3n);
  const wireType = Number(tag & 7n);
  if (number === 0 || tag >= 2n ** 32n) {
    throw FormatError.of('malformed', { expected: 'a protobuf field number', found: `tag ${tag}`, offset: start });
  }
  const field = readContent(cursor, wireType, start);
  if (field.content.end > end) {
    const wanted = field.content.end - field.content.start;
    throw FormatError.of('truncated', { wanted, offset: field.content.start, size: end });
  }
  return { ...field, number, wireType, start };
}

function readContent(cursor: Cursor, wireType: number, start: number): Pick<WireField, 'content' | 'value'> {
  if (wireType === LENGTH) {
    const length = readVarint(cursor);
    const at = cursor.offset;
    if (length > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw FormatError.of('malformed', { expected: 'a length below 2^53', found: `${length}`, offset: start });
    }
    return { content: { start: at, end: at + Number(length) }, value: 0n };
  }
  const at = cursor.offset;
  if (wireType === VARINT) {
    const value = readVarint(cursor);
    return { content: { start: at, end: cursor.offset }, value };
  }
  if (wireType === FIXED64) return { content: { start: at, end: at + 8 }, value: 0n };
  if (wireType === FIXED32) return { content: { start: at, end: at + 4 }, value: 0n };
  throw FormatError.of('malformed', { expected: 'a wire type 0, 1, 2 or 5', found: `${wireType}`, offset: start });
}

/** An unsigned number of up to 64 bits. @throws FormatError */
export function readVarint(cursor: Cursor): bigint {
  const offset = cursor.offset;
  let low = 0;
  let factor = 1;
  for (let i = 0; i < 7; i += 1) {
    const byte = cursor.u8();
    low += (byte & 0x7f) * factor;
    if (byte < 0x80) return BigInt(low);
    factor *= 128;
  }
  let value = BigInt(low);
  for (let i = 7; i < MAX_VARINT_BYTES; i += 1) {
    const byte = cursor.u8();
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  throw FormatError.of('malformed', { expected: 'a varint of at most 10 bytes', found: 'a longer one', offset });
}

/** The fields at the top of a file: how far they can be followed, and whether a message of the schema may have them. */
export interface TopLevel {
  readonly numbers: ReadonlySet<number>;
  /** True when every field is one of the message, on the wire as its kind is. */
  readonly known: boolean;
  /** True when the fields end exactly with the file. */
  readonly complete: boolean;
}

/** Looks at up to `maxFields` fields at the top of `source`. Never throws for content. */
export function topLevelFields(source: Source, schema: MessageSchema, maxFields: number): TopLevel {
  const numbers = new Set<number>();
  const cursor = new Cursor(source);
  let known = true;
  try {
    for (let i = 0; i < maxFields; i += 1) {
      if (cursor.atEnd()) return { numbers, known, complete: cursor.offset === source.size };
      const field = readField(cursor, source.size);
      const kind = schema.get(field.number)?.kind;
      known &&= kind !== undefined && (kind === 'number' || field.wireType === LENGTH);
      numbers.add(field.number);
      cursor.seek(field.content.end);
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  return { numbers, known, complete: false };
}
