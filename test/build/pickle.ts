import { type Bytes, concat, f64be, latin1, le, toBytes } from './bytes.ts';

/** Name and byte of every opcode of protocols 0 to 5, as CPython's Lib/pickle.py lists them. */
export const opcodes = {
  MARK: 0x28,
  STOP: 0x2e,
  POP: 0x30,
  POP_MARK: 0x31,
  DUP: 0x32,
  FLOAT: 0x46,
  INT: 0x49,
  BININT: 0x4a,
  BININT1: 0x4b,
  LONG: 0x4c,
  BININT2: 0x4d,
  NONE: 0x4e,
  PERSID: 0x50,
  BINPERSID: 0x51,
  REDUCE: 0x52,
  STRING: 0x53,
  BINSTRING: 0x54,
  SHORT_BINSTRING: 0x55,
  UNICODE: 0x56,
  BINUNICODE: 0x58,
  APPEND: 0x61,
  BUILD: 0x62,
  GLOBAL: 0x63,
  DICT: 0x64,
  EMPTY_DICT: 0x7d,
  APPENDS: 0x65,
  GET: 0x67,
  BINGET: 0x68,
  INST: 0x69,
  LONG_BINGET: 0x6a,
  LIST: 0x6c,
  EMPTY_LIST: 0x5d,
  OBJ: 0x6f,
  PUT: 0x70,
  BINPUT: 0x71,
  LONG_BINPUT: 0x72,
  SETITEM: 0x73,
  TUPLE: 0x74,
  EMPTY_TUPLE: 0x29,
  SETITEMS: 0x75,
  BINFLOAT: 0x47,
  PROTO: 0x80,
  NEWOBJ: 0x81,
  EXT1: 0x82,
  EXT2: 0x83,
  EXT4: 0x84,
  TUPLE1: 0x85,
  TUPLE2: 0x86,
  TUPLE3: 0x87,
  NEWTRUE: 0x88,
  NEWFALSE: 0x89,
  LONG1: 0x8a,
  LONG4: 0x8b,
  BINBYTES: 0x42,
  SHORT_BINBYTES: 0x43,
  SHORT_BINUNICODE: 0x8c,
  BINUNICODE8: 0x8d,
  BINBYTES8: 0x8e,
  EMPTY_SET: 0x8f,
  ADDITEMS: 0x90,
  FROZENSET: 0x91,
  NEWOBJ_EX: 0x92,
  STACK_GLOBAL: 0x93,
  MEMOIZE: 0x94,
  FRAME: 0x95,
  BYTEARRAY8: 0x96,
  NEXT_BUFFER: 0x97,
  READONLY_BUFFER: 0x98,
} as const;

export type OpcodeName = keyof typeof opcodes;

/** The shortest two's complement of a number, as LONG1 and LONG4 carry it; empty for zero. */
function longBytes(value: bigint | number): Uint8Array {
  const number = BigInt(value);
  if (number === 0n) return new Uint8Array(0);
  let width = 1;
  while (BigInt.asIntN(width * 8, number) !== number) width += 1;
  return le(number, width);
}

/**
 * Writes pickle streams opcode by opcode, well formed or not: a method per opcode, operands as they stand in
 * the stream. What a method takes as text is written as it is given, so every spelling can be had.
 */
export class PickleAssembler {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  bytes(): Uint8Array {
    return concat(...this.#parts);
  }

  /** Bytes put into the stream as they are. */
  raw(...parts: readonly Bytes[]): this {
    for (const part of parts.map(toBytes)) {
      this.#parts.push(part);
      this.#length += part.length;
    }
    return this;
  }

  op(name: OpcodeName, ...operand: readonly Bytes[]): this {
    return this.raw([opcodes[name]], ...operand);
  }

  // Text operands: latin-1 so that any byte can be written.
  int(text: number | string): this {
    return this.op('INT', latin1(`${text}\n`));
  }
  long(text: bigint | number | string): this {
    return this.op('LONG', latin1(typeof text === 'string' ? `${text}\n` : `${text}L\n`));
  }
  float(text: number | string): this {
    return this.op('FLOAT', latin1(`${text}\n`));
  }
  /** `quoted` includes its quotes: `string("'os'")`. */
  string(quoted: string): this {
    return this.op('STRING', latin1(`${quoted}\n`));
  }
  /** Raw-unicode-escape text: a backslash-u is decoded by the loader. */
  unicode(escaped: string): this {
    return this.op('UNICODE', latin1(`${escaped}\n`));
  }
  global(module: string, name: string): this {
    return this.op('GLOBAL', `${module}\n${name}\n`);
  }
  inst(module: string, name: string): this {
    return this.op('INST', `${module}\n${name}\n`);
  }
  persid(id: string): this {
    return this.op('PERSID', latin1(`${id}\n`));
  }
  get(key: number | string): this {
    return this.op('GET', latin1(`${key}\n`));
  }
  put(key: number | string): this {
    return this.op('PUT', latin1(`${key}\n`));
  }

  // Binary operands.
  binint(value: number): this {
    return this.op('BININT', le(value, 4));
  }
  binint1(value: number): this {
    return this.op('BININT1', [value]);
  }
  binint2(value: number): this {
    return this.op('BININT2', le(value, 2));
  }
  long1(value: bigint | number): this {
    const bytes = longBytes(value);
    return this.op('LONG1', [bytes.length], bytes);
  }
  long4(value: bigint | number): this {
    const bytes = longBytes(value);
    return this.op('LONG4', le(bytes.length, 4), bytes);
  }
  binfloat(value: number): this {
    return this.op('BINFLOAT', f64be(value));
  }
  binstring(value: Bytes): this {
    const bytes = toBytes(value);
    return this.op('BINSTRING', le(bytes.length, 4), bytes);
  }
  shortBinstring(value: Bytes): this {
    const bytes = toBytes(value);
    return this.op('SHORT_BINSTRING', [bytes.length], bytes);
  }
  shortBinunicode(value: Bytes): this {
    const bytes = toBytes(value);
    return this.op('SHORT_BINUNICODE', [bytes.length], bytes);
  }
  binunicode(value: Bytes): this {
    const bytes = toBytes(value);
    return this.op('BINUNICODE', le(bytes.length, 4), bytes);
  }
  binunicode8(value: Bytes): this {
    const bytes = toBytes(value);
    return this.op('BINUNICODE8', le(bytes.length, 8), bytes);
  }
  shortBinbytes(value: Bytes): this {
    const bytes = toBytes(value);
    return this.op('SHORT_BINBYTES', [bytes.length], bytes);
  }
  binbytes(value: Bytes): this {
    const bytes = toBytes(value);
    return this.op('BINBYTES', le(bytes.length, 4), bytes);
  }
  binbytes8(value: Bytes): this {
    const bytes = toBytes(value);
    return this.op('BINBYTES8', le(bytes.length, 8), bytes);
  }
  bytearray8(value: Bytes): this {
    const bytes = toBytes(value);
    return this.op('BYTEARRAY8', le(bytes.length, 8), bytes);
  }
  binget(key: number): this {
    return this.op('BINGET', [key]);
  }
  longBinget(key: number): this {
    return this.op('LONG_BINGET', le(key, 4));
  }
  binput(key: number): this {
    return this.op('BINPUT', [key]);
  }
  longBinput(key: number): this {
    return this.op('LONG_BINPUT', le(key, 4));
  }
  ext1(code: number): this {
    return this.op('EXT1', [code]);
  }
  ext2(code: number): this {
    return this.op('EXT2', le(code, 2));
  }
  ext4(code: number): this {
    return this.op('EXT4', le(code, 4));
  }
  proto(version: number): this {
    return this.op('PROTO', [version]);
  }
  /** A frame header; `length` is what it claims, true or not. */
  frame(length: number | bigint): this {
    return this.op('FRAME', le(length, 8));
  }
  /** `body` in a frame of its true length. */
  framed(body: (inner: PickleAssembler) => PickleAssembler): this {
    const bytes = body(asm()).bytes();
    return this.frame(bytes.length).raw(bytes);
  }

  // No operand.
  mark(): this {
    return this.op('MARK');
  }
  stop(): this {
    return this.op('STOP');
  }
  pop(): this {
    return this.op('POP');
  }
  popMark(): this {
    return this.op('POP_MARK');
  }
  dup(): this {
    return this.op('DUP');
  }
  none(): this {
    return this.op('NONE');
  }
  newtrue(): this {
    return this.op('NEWTRUE');
  }
  newfalse(): this {
    return this.op('NEWFALSE');
  }
  nextBuffer(): this {
    return this.op('NEXT_BUFFER');
  }
  readonlyBuffer(): this {
    return this.op('READONLY_BUFFER');
  }
  binpersid(): this {
    return this.op('BINPERSID');
  }
  reduce(): this {
    return this.op('REDUCE');
  }
  build(): this {
    return this.op('BUILD');
  }
  stackGlobal(): this {
    return this.op('STACK_GLOBAL');
  }
  obj(): this {
    return this.op('OBJ');
  }
  newobj(): this {
    return this.op('NEWOBJ');
  }
  newobjEx(): this {
    return this.op('NEWOBJ_EX');
  }
  tuple(): this {
    return this.op('TUPLE');
  }
  emptyTuple(): this {
    return this.op('EMPTY_TUPLE');
  }
  tuple1(): this {
    return this.op('TUPLE1');
  }
  tuple2(): this {
    return this.op('TUPLE2');
  }
  tuple3(): this {
    return this.op('TUPLE3');
  }
  list(): this {
    return this.op('LIST');
  }
  emptyList(): this {
    return this.op('EMPTY_LIST');
  }
  append(): this {
    return this.op('APPEND');
  }
  appends(): this {
    return this.op('APPENDS');
  }
  dict(): this {
    return this.op('DICT');
  }
  emptyDict(): this {
    return this.op('EMPTY_DICT');
  }
  setitem(): this {
    return this.op('SETITEM');
  }
  setitems(): this {
    return this.op('SETITEMS');
  }
  emptySet(): this {
    return this.op('EMPTY_SET');
  }
  additems(): this {
    return this.op('ADDITEMS');
  }
  frozenset(): this {
    return this.op('FROZENSET');
  }
  memoize(): this {
    return this.op('MEMOIZE');
  }

  /** The shortest binary spelling of a text. */
  text(value: string): this {
    const bytes = toBytes(value);
    return bytes.length < 256 ? this.shortBinunicode(bytes) : this.binunicode(bytes);
  }
}

/** Starts an empty stream. */
export function asm(): PickleAssembler {
  return new PickleAssembler();
}
