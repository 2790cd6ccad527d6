/** What follows an opcode in the stream. */
type Operand =
  | 'none'
  | 'u8'
  | 'u16'
  | 'i32'
  | 'u32'
  | 'u64'
  | 'f64'
  | 'line'
  | 'lines'
  | 'bytes8'
  | 'bytes32'
  | 'ibytes32'
  | 'bytes64';

export interface Opcode {
  readonly code: number;
  readonly name: string;
  readonly operand: Operand;
  /** The protocol that brought it. */
  readonly protocol: number;
}

const row = (letter: string | number, name: string, operand: Operand, protocol: number): Opcode => ({
  code: typeof letter === 'number' ? letter : letter.charCodeAt(0),
  name,
  operand,
  protocol,
});

/** All 68 opcodes of protocols 0 to 5. Source: CPython Lib/pickletools.py. */
export const opcodes: readonly Opcode[] = [
  row('(', 'MARK', 'none', 0),
  row(')', 'EMPTY_TUPLE', 'none', 1),
  row('.', 'STOP', 'none', 0),
  row('0', 'POP', 'none', 0),
  row('1', 'POP_MARK', 'none', 1),
  row('2', 'DUP', 'none', 0),
  row('B', 'BINBYTES', 'bytes32', 3),
  row('C', 'SHORT_BINBYTES', 'bytes8', 3),
  row('F', 'FLOAT', 'line', 0),
  row('G', 'BINFLOAT', 'f64', 1),
  row('I', 'INT', 'line', 0),
  row('J', 'BININT', 'i32', 1),
  row('K', 'BININT1', 'u8', 1),
  row('L', 'LONG', 'line', 0),
  row('M', 'BININT2', 'u16', 1),
  row('N', 'NONE', 'none', 0),
  row('P', 'PERSID', 'line', 0),
  row('Q', 'BINPERSID', 'none', 1),
  row('R', 'REDUCE', 'none', 0),
  row('S', 'STRING', 'line', 0),
  row('T', 'BINSTRING', 'ibytes32', 1),
  row('U', 'SHORT_BINSTRING', 'bytes8', 1),
  row('V', 'UNICODE', 'line', 0),
  row('X', 'BINUNICODE', 'bytes32', 1),
  row(']', 'EMPTY_LIST', 'none', 1),
  row('a', 'APPEND', 'none', 0),
  row('b', 'BUILD', 'none', 0),
  row('c', 'GLOBAL', 'lines', 0),
  row('d', 'DICT', 'none', 0),
  row('e', 'APPENDS', 'none', 1),
  row('g', 'GET', 'line', 0),
  row('h', 'BINGET', 'u8', 1),
  row('i', 'INST', 'lines', 0),
  row('j', 'LONG_BINGET', 'u32', 1),
  row('l', 'LIST', 'none', 0),
  row('o', 'OBJ', 'none', 1),
  row('p', 'PUT', 'line', 0),
  row('q', 'BINPUT', 'u8', 1),
  row('r', 'LONG_BINPUT', 'u32', 1),
  row('s', 'SETITEM', 'none', 0),
  row('t', 'TUPLE', 'none', 0),
  row('u', 'SETITEMS', 'none', 1),
  row('}', 'EMPTY_DICT', 'none', 1),
  row(0x80, 'PROTO', 'u8', 2),
  row(0x81, 'NEWOBJ', 'none', 2),
  row(0x82, 'EXT1', 'u8', 2),
  row(0x83, 'EXT2', 'u16', 2),
  row(0x84, 'EXT4', 'i32', 2),
  row(0x85, 'TUPLE1', 'none', 2),
  row(0x86, 'TUPLE2', 'none', 2),
  row(0x87, 'TUPLE3', 'none', 2),
  row(0x88, 'NEWTRUE', 'none', 2),
  row(0x89, 'NEWFALSE', 'none', 2),
  row(0x8a, 'LONG1', 'bytes8', 2),
  row(0x8b, 'LONG4', 'ibytes32', 2),
  row(0x8c, 'SHORT_BINUNICODE', 'bytes8', 4),
  row(0x8d, 'BINUNICODE8', 'bytes64', 4),
  row(0x8e, 'BINBYTES8', 'bytes64', 4),
  row(0x8f, 'EMPTY_SET', 'none', 4),
  row(0x90, 'ADDITEMS', 'none', 4),
  row(0x91, 'FROZENSET', 'none', 4),
  row(0x92, 'NEWOBJ_EX', 'none', 4),
  row(0x93, 'STACK_GLOBAL', 'none', 4),
  row(0x94, 'MEMOIZE', 'none', 4),
  row(0x95, 'FRAME', 'u64', 4),
  row(0x96, 'BYTEARRAY8', 'bytes64', 5),
  row(0x97, 'NEXT_BUFFER', 'none', 5),
  row(0x98, 'READONLY_BUFFER', 'none', 5),
];

export const highestProtocol = 5;

/** Opcode by its byte. */
export const opcodeByCode: readonly (Opcode | undefined)[] = (() => {
  const table: (Opcode | undefined)[] = Array.from({ length: 256 }, () => undefined);
  for (const opcode of opcodes) table[opcode.code] = opcode;
  return table;
})();
