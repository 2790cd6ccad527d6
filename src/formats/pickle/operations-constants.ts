import type { PickleMachine } from './machine.ts';
import type { OperationTable } from './operations.ts';
import { MIN_PAYLOAD_BYTES, PAYLOAD_HEAD_BYTES, sniffPayload } from './payload.ts';
import {
  isUtf8,
  parseFloatOperand,
  parseInt0,
  parseLong,
  parseQuoted,
  isRawUnicode,
  rawUnicodeBytes,
} from './text-operands.ts';

/** Strings up to this length are checked for valid UTF-8, as CPython does; longer ones are taken as valid unread. */
const MAX_CHECKED_BYTES = 64 * 1024;

const pushConstant = (machine: PickleMachine): void => machine.push(machine.at);

function fixed(bytes: number): (machine: PickleMachine) => void {
  return (machine) => {
    const { input } = machine;
    if (input.pos + bytes > input.limit) input.require(bytes);
    input.pos += bytes;
    machine.push(machine.at);
  };
}

/** A text operand that must parse, or CPython raises. */
function line(expected: string, parse: (text: Uint8Array) => unknown): (machine: PickleMachine) => void {
  return (machine) => {
    const text = machine.line();
    if (parse(text) === undefined) machine.fail(expected, quote(text));
    machine.push(machine.at);
  };
}

function sized(machine: PickleMachine, length: number, isText: boolean): void {
  const { input } = machine;
  if (isText && length <= MAX_CHECKED_BYTES) {
    if (input.pos + length > input.limit) input.require(length);
    if (!isUtf8(input.bytes, input.pos, input.pos + length)) machine.fail('UTF-8 text', 'other bytes');
  }
  if (length >= MIN_PAYLOAD_BYTES && machine.options.onPayload !== undefined) offer(machine, length);
  input.skip(length);
}

/** Tells the listener when a constant begins like something that could be loaded. */
function offer(machine: PickleMachine, length: number): void {
  const { input } = machine;
  input.require(Math.min(length, PAYLOAD_HEAD_BYTES));
  const encoding = sniffPayload(input.bytes, input.pos, Math.min(length, input.limit - input.pos));
  if (encoding !== undefined)
    machine.options.onPayload?.({ encoding, opcode: machine.at, content: input.offset, length });
}

function text(readLength: (machine: PickleMachine) => number): (machine: PickleMachine) => void {
  return (machine) => {
    sized(machine, readLength(machine), true);
    machine.push(machine.at);
  };
}

function bytes(readLength: (machine: PickleMachine) => number): (machine: PickleMachine) => void {
  return (machine) => {
    sized(machine, readLength(machine), false);
    machine.push(machine.at);
  };
}

const length8 = (machine: PickleMachine): number => machine.input.u8();
const length32 = (machine: PickleMachine): number => machine.input.u32();
const length64 = (machine: PickleMachine): number => machine.input.u64();

/** A signed length: CPython raises on a negative one. */
function signedLength(machine: PickleMachine): number {
  const length = machine.input.i32();
  if (length < 0) machine.fail('a length of zero or more', `${length}`);
  return Math.max(0, length);
}

function quote(bytes: Uint8Array): string {
  return JSON.stringify(String.fromCharCode(...bytes.subarray(0, 40)));
}

/** STRING and UNICODE may hide a payload like their sized kin, with escapes in it. */
function textLine(
  expected: string,
  isValid: (text: Uint8Array) => boolean,
  decode: (text: Uint8Array) => Uint8Array | undefined,
): (machine: PickleMachine) => void {
  return (machine) => {
    const content = machine.input.offset;
    const text = machine.line();
    if (!isValid(text)) machine.fail(expected, quote(text));
    machine.push(machine.at);
    if (text.length < MIN_PAYLOAD_BYTES || machine.options.onPayload === undefined) return;
    const start = text[0] === 0x27 || text[0] === 0x22 ? 1 : 0;
    const encoding = sniffPayload(text, start, text.length - start);
    const bytes = encoding === undefined ? undefined : decode(text);
    if (encoding === undefined || bytes === undefined) return;
    machine.options.onPayload({ encoding, opcode: machine.at, content, length: bytes.length, bytes });
  };
}

export const constantOperations: OperationTable = {
  NONE: pushConstant,
  NEWTRUE: pushConstant,
  NEWFALSE: pushConstant,
  INT: line('an integer', parseInt0),
  LONG: line('an integer', parseLong),
  FLOAT: line('a number', parseFloatOperand),
  BININT: fixed(4),
  BININT1: fixed(1),
  BININT2: fixed(2),
  BINFLOAT: fixed(8),
  LONG1(machine) {
    machine.input.skip(machine.input.u8());
    machine.push(machine.at);
  },
  LONG4(machine) {
    machine.input.skip(signedLength(machine));
    machine.push(machine.at);
  },
  STRING: textLine('a quoted string', (text) => parseQuoted(text) !== undefined, parseQuoted),
  UNICODE: textLine('raw-unicode-escape text', isRawUnicode, rawUnicodeBytes),
  BINSTRING: bytes(signedLength),
  SHORT_BINSTRING: bytes(length8),
  BINUNICODE: text(length32),
  SHORT_BINUNICODE: text(length8),
  BINUNICODE8: text(length64),
  BINBYTES: bytes(length32),
  SHORT_BINBYTES: bytes(length8),
  BINBYTES8: bytes(length64),
  BYTEARRAY8(machine) {
    sized(machine, length64(machine), false);
    machine.push(machine.opaque('bytearray'));
  },
};
