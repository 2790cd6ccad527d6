import { readBytes, type Source } from '../../bytes/source.ts';
import { ByteWindow } from './byte-window.ts';
import { opcodeByCode } from './opcodes.ts';
import { ascii1, parseFloatOperand, parseInt0, parseLong, parseQuoted, parseRawUnicode } from './text-operands.ts';
import { isUntracked, offsetOf, type Value } from './values.ts';

/** A plain value read back from the stream. `size` is its length in bytes; text and bytes are cut at `maxBytes`. */
export type Constant =
  | { readonly type: 'str'; readonly text: string; readonly size: number; readonly content: number }
  | { readonly type: 'bytes'; readonly bytes: Uint8Array; readonly size: number; readonly content: number }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'none' }
  | { readonly type: 'tuple'; readonly items: readonly Value[] | undefined }
  | { readonly type: 'list' | 'dict' | 'set' }
  | { readonly type: 'unknown' };

const BININT1 = 0x4b;
const BININT2 = 0x4d;
const DEFAULT_MAX_BYTES = 64 * 1024;
/** Values are read back in the order in which they stand, so one read serves many. */
const BLOCK_BYTES = 8 * 1024;
const NO_BYTES = new Uint8Array(0);
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Reads values back: what the machine keeps as an offset becomes what the stream says there. */
export class PickleView {
  readonly source: Source;
  readonly #window: ByteWindow;
  readonly #tuple: (offset: number) => readonly Value[] | undefined;
  #block: Uint8Array | undefined;
  #blockStart = 0;
  #blockEnd = 0;

  constructor(window: ByteWindow, tuple: (offset: number) => readonly Value[] | undefined) {
    this.source = window.source;
    this.#window = window;
    this.#tuple = tuple;
  }

  /** The opcode byte a plain value was made by. */
  opcodeAt(value: number): number {
    return this.#byte(offsetOf(value)) ?? 0;
  }

  /** One byte, without a view of it: this is asked for several times for each value of 10^5 tensors. */
  #byte(offset: number): number | undefined {
    const { bytes, base, limit } = this.#window;
    if (offset >= base && offset < base + limit) return bytes[offset - base];
    if (offset >= this.#blockStart && offset < this.#blockEnd) return this.#block?.[offset - this.#blockStart];
    return this.#at(offset, 1)[0];
  }

  /** Up to `length` bytes, from the window or read ahead; to be used before the next call. */
  #at(offset: number, length: number): Uint8Array {
    const { bytes, base, limit } = this.#window;
    if (offset >= base && offset + length <= base + limit) return bytes.subarray(offset - base, offset - base + length);
    if (length > BLOCK_BYTES) return readBytes(this.source, offset, length);
    if (offset < this.#blockStart || offset + length > this.#blockEnd) {
      this.#block ??= new Uint8Array(BLOCK_BYTES);
      this.#blockStart = offset;
      // Empty until the read has come back: it may throw.
      this.#blockEnd = offset;
      this.#blockEnd += this.source.read(offset, this.#block);
    }
    const start = offset - this.#blockStart;
    return (this.#block ?? NO_BYTES).subarray(start, Math.min(start + length, this.#blockEnd - this.#blockStart));
  }

  /** The constant behind a plain value; `unknown` when it does not decode. */
  constant(value: number, maxBytes = DEFAULT_MAX_BYTES): Constant {
    const offset = offsetOf(value);
    const opcode = opcodeByCode[this.opcodeAt(value)];
    if (isUntracked(value)) return { type: untrackedType(opcode?.name) };
    if (opcode === undefined) return { type: 'unknown' };
    // The arguments INST and OBJ gather are a tuple known by the offset of that opcode.
    if (opcode.operand === 'none' || opcode.name === 'INST') return this.#bare(opcode.name, offset);
    if (opcode.operand === 'line') return this.#line(opcode.name, offset);
    return this.#sized(opcode.name, offset, maxBytes);
  }

  /** The text of a str value; undefined for any other value. */
  text(value: Value | undefined): string | undefined {
    if (typeof value !== 'number') return undefined;
    const constant = this.constant(value);
    return constant.type === 'str' ? constant.text : undefined;
  }

  /** The value of an int or bool constant as a number; undefined for any other value. */
  int(value: Value | undefined): number | undefined {
    if (typeof value !== 'number') return undefined;
    // Sizes and strides of 10^5 tensors are small numbers: no BigInt is made for those of one or two bytes.
    if (value >= 0) {
      const opcode = this.#byte(value);
      if (opcode === BININT1) return this.#byte(value + 1);
      if (opcode === BININT2) return (this.#byte(value + 1) ?? 0) + 256 * (this.#byte(value + 2) ?? 0);
    }
    const constant = this.constant(value);
    return constant.type === 'int' ? Number(constant.value) : undefined;
  }

  /** The items of a tuple or list; undefined when it is neither or they were not kept. */
  items(value: Value | undefined): readonly Value[] | undefined {
    if (value === undefined) return undefined;
    if (typeof value === 'number') {
      const constant = this.constant(value);
      return constant.type === 'tuple' ? constant.items : undefined;
    }
    return (value.kind === 'tuple' || value.kind === 'list') && value.complete ? value.items : undefined;
  }

  /** True for the constant None. */
  isNone(value: Value | undefined): boolean {
    return typeof value === 'number' && value >= 0 && this.opcodeAt(value) === 0x4e;
  }

  #line(name: string, offset: number): Constant {
    const line = new ByteWindow(this.source, offset + 1).line();
    const content = offset + 1;
    if (name === 'PERSID') return { type: 'str', text: ascii1(line), size: line.length, content };
    return textConstant(name, line, content);
  }

  #bare(name: string, offset: number): Constant {
    switch (name) {
      case 'NONE':
        return { type: 'none' };
      case 'NEWTRUE':
        return { type: 'bool', value: true };
      case 'NEWFALSE':
        return { type: 'bool', value: false };
      case 'EMPTY_TUPLE':
        return { type: 'tuple', items: [] };
      default:
        return { type: 'tuple', items: this.#tuple(offset) };
    }
  }

  #sized(name: string, offset: number, maxBytes: number): Constant {
    const head = this.#at(offset + 1, 8);
    const view = new DataView(head.buffer, head.byteOffset, head.length);
    const width = sizeWidth(name);
    if (width === 0) return numberConstant(name, view);
    if (head.length < width) return { type: 'unknown' };
    const size =
      width === 1 ? view.getUint8(0) : width === 4 ? view.getUint32(0, true) : Number(view.getBigUint64(0, true));
    const content = offset + 1 + width;
    const bytes = this.#at(content, Math.min(size, maxBytes));
    if (name === 'LONG1' || name === 'LONG4') return { type: 'int', value: littleEndianInt(bytes) };
    if (name.includes('UNICODE')) return { type: 'str', text: utf8.decode(bytes), size, content };
    if (name.includes('STRING')) return { type: 'str', text: ascii1(bytes), size, content };
    return { type: 'bytes', bytes: bytes.slice(), size, content };
  }
}

function untrackedType(name: string | undefined): 'list' | 'dict' | 'set' {
  if (name === 'EMPTY_LIST' || name === 'LIST') return 'list';
  return name === 'EMPTY_SET' ? 'set' : 'dict';
}

/** Bytes of the size field that precedes the content; 0 when there is none. */
function sizeWidth(name: string): 0 | 1 | 4 | 8 {
  if (name === 'LONG1' || name.startsWith('SHORT_')) return 1;
  if (name === 'BINBYTES8' || name === 'BINUNICODE8' || name === 'BYTEARRAY8') return 8;
  return name === 'BINBYTES' || name === 'BINUNICODE' || name === 'BINSTRING' || name === 'LONG4' ? 4 : 0;
}

function numberConstant(name: string, view: DataView): Constant {
  const needed = { BININT1: 1, BININT2: 2, BININT: 4, BINFLOAT: 8 }[name];
  if (needed === undefined || view.byteLength < needed) return { type: 'unknown' };
  if (name === 'BININT1') return { type: 'int', value: BigInt(view.getUint8(0)) };
  if (name === 'BININT2') return { type: 'int', value: BigInt(view.getUint16(0, true)) };
  if (name === 'BININT') return { type: 'int', value: BigInt(view.getInt32(0, true)) };
  return { type: 'float', value: view.getFloat64(0, false) };
}

function textConstant(name: string, line: Uint8Array, content: number): Constant {
  if (name === 'STRING') {
    const bytes = parseQuoted(line);
    return bytes === undefined
      ? { type: 'unknown' }
      : { type: 'str', text: ascii1(bytes), size: bytes.length, content };
  }
  if (name === 'UNICODE') {
    const text = parseRawUnicode(line);
    return text === undefined ? { type: 'unknown' } : { type: 'str', text, size: line.length, content };
  }
  const value = name === 'FLOAT' ? parseFloatOperand(line) : name === 'INT' ? parseInt0(line) : parseLong(line);
  if (typeof value === 'number') return { type: 'float', value };
  if (typeof value === 'boolean') return { type: 'bool', value };
  return value === undefined ? { type: 'unknown' } : { type: 'int', value };
}

/** Two's complement, little-endian, as LONG1 and LONG4 store it. */
function littleEndianInt(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  let hex = '';
  for (let i = bytes.length - 1; i >= 0; i -= 1) hex += (bytes[i] as number).toString(16).padStart(2, '0');
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`));
}
