import { concat, le } from './bytes.ts';
import { asm, opcodes, type PickleAssembler } from './pickle.ts';
import type { Prng } from './prng.ts';

/** Numbers at which readers break: signs, powers, off by one. */
const BOUNDARIES = [
  0,
  1,
  -1,
  2,
  127,
  128,
  255,
  256,
  32767,
  65535,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53,
  2 ** 62,
] as const;
/** What separates or announces something in the formats we read. */
const TOKENS = [
  'PK\u0001\u0002',
  'PK\u0003\u0004',
  'PK\u0005\u0006',
  'GGUF',
  '\n',
  '\0',
  '.',
  '{',
  '}',
  '"',
  'cos\nsystem\n',
  '../',
  '\u0080\u0004',
  '__metadata__',
  'data.pkl',
] as const;

type Mutation = (bytes: Uint8Array, random: Prng) => Uint8Array;

const cutOut = (bytes: Uint8Array, start: number, end: number, by: Uint8Array): Uint8Array =>
  concat(bytes.subarray(0, start), by, bytes.subarray(end));

const mutations: readonly Mutation[] = [
  (bytes, random) => replaceAt(bytes, random, Uint8Array.of(random.below(256))),
  (bytes, random) => {
    const at = random.below(bytes.length);
    return cutOut(bytes, at, at + 1, Uint8Array.of((bytes[at] ?? 0) ^ (1 << random.below(8))));
  },
  (bytes, random) => replaceAt(bytes, random, le(random.pick(BOUNDARIES), random.pick([1, 2, 4, 8]))),
  (bytes, random) => insertAt(bytes, random, concat(random.pick(TOKENS))),
  (bytes, random) => insertAt(bytes, random, random.bytes(1 + random.below(8))),
  (bytes, random) => {
    const at = random.below(bytes.length);
    return cutOut(bytes, at, at + 1 + random.below(16), new Uint8Array(0));
  },
  (bytes, random) => {
    const at = random.below(bytes.length);
    return insertAt(bytes, random, bytes.slice(at, at + 1 + random.below(64)));
  },
  (bytes, random) => bytes.slice(0, random.below(bytes.length)),
  (bytes, random) => concat(bytes, bytes.slice(random.below(bytes.length))),
  (bytes, random) => insertAt(bytes, random, randomOpcodes(random, 1 + random.below(3))),
];

function replaceAt(bytes: Uint8Array, random: Prng, by: Uint8Array): Uint8Array {
  const at = random.below(bytes.length);
  return cutOut(bytes, at, at + by.length, by);
}

function insertAt(bytes: Uint8Array, random: Prng, what: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1);
  return cutOut(bytes, at, at, what);
}

/** `bytes` with one to four changes; the same generator state gives the same result. */
export function mutate(bytes: Uint8Array, random: Prng): Uint8Array {
  let out = bytes;
  for (let left = 1 + random.below(4); left > 0 && out.length > 0; left -= 1) out = random.pick(mutations)(out, random);
  return out;
}

const NAMES = ['os', 'system', 'collections', 'OrderedDict', '__builtin__', 'builtins', 'set', 'x.y', ''] as const;
const INTEGERS = [
  '0',
  '1',
  '-1',
  '00',
  '01',
  '0x10',
  '0b1',
  '0o7',
  '1_0',
  ' 1',
  '1 ',
  '+1',
  'x',
  '',
  '99999999999',
  '1L',
] as const;
const FLOATS = ['1.5', '-0', 'inf', 'nan', '1e9', '1_0.0', ' 1.5', 'x', ''] as const;
const QUOTED = ["'a'", '"a"', "'os'", "'\\x41'", "'", 'a', '\'a"', "'\\n'", "''", "'a' "] as const;
const ESCAPED = ['os', 'system', '\\u0041', '\\U00000041', '\\x41', '\\u00', '\\', ''] as const;

type Push = (a: PickleAssembler, random: Prng) => void;
const plain = Object.keys(opcodes).filter((name) => !isOperandOpcode(name)) as (keyof typeof opcodes)[];

function isOperandOpcode(name: string): boolean {
  return /^(FLOAT|INT|BININT.*|LONG.*|PERSID|.*STRING|.*UNICODE8?|.*BYTES8?|BYTEARRAY8|GLOBAL|GET|BINGET|INST|PUT|BINPUT|BINFLOAT|PROTO|EXT.|FRAME)$/.test(
    name,
  );
}

const operands: readonly Push[] = [
  (a, r) => a.int(r.pick(INTEGERS)),
  (a, r) => a.long(r.pick(INTEGERS)),
  (a, r) => a.float(r.pick(FLOATS)),
  (a, r) => a.string(r.pick(QUOTED)),
  (a, r) => a.unicode(r.pick(ESCAPED)),
  (a, r) => a.persid(r.pick(NAMES)),
  (a, r) => a.binint(r.below(2 ** 31)),
  (a, r) => a.binint1(r.below(256)),
  (a, r) => a.binint2(r.below(65536)),
  (a, r) => a.long1(r.pick([0, 1, -1, 255, 2 ** 40])),
  (a, r) => a.long4(r.pick([0, 1, -1, 255])),
  (a) => a.binfloat(1.5),
  (a, r) => a.shortBinunicode(r.pick(NAMES)),
  (a, r) => a.binunicode(r.pick(NAMES)),
  (a, r) => a.binunicode8(r.pick(NAMES)),
  (a, r) => a.shortBinbytes(r.pick(NAMES)),
  (a, r) => a.binbytes(r.pick(NAMES)),
  (a, r) => a.binbytes8(r.pick(NAMES)),
  (a, r) => a.bytearray8(r.pick(NAMES)),
  (a, r) => a.binstring(r.pick(NAMES)),
  (a, r) => a.shortBinstring(r.pick(NAMES)),
  (a, r) => a.global(r.pick(NAMES), r.pick(NAMES)),
  (a, r) => a.inst(r.pick(NAMES), r.pick(NAMES)),
  (a, r) => a.get(r.pick(INTEGERS)),
  (a, r) => a.put(r.pick(INTEGERS)),
  (a, r) => a.binget(r.below(4)),
  (a, r) => a.binput(r.below(4)),
  (a, r) => a.longBinget(r.below(4)),
  (a, r) => a.longBinput(r.below(4)),
  (a, r) => a.proto(r.below(7)),
  (a, r) => a.ext1(r.below(3)),
  (a, r) => a.ext2(r.pick([300, 0, 1])),
  (a, r) => a.ext4(r.pick([70000, 0, 1])),
  (a, r) => a.frame(r.below(40)),
];

/** Some opcodes with operands, in no order that makes sense. */
function randomOpcodes(random: Prng, count: number): Uint8Array {
  const a = asm();
  for (let left = count; left > 0; left -= 1) {
    if (random.below(2) === 0) a.op(random.pick(plain));
    else random.pick(operands)(a, random);
  }
  return a.bytes();
}

/** Fragments that leave exactly one value, so that generated streams live longer than random ones. */
const values: readonly Push[] = [
  (a, r) => operands[r.below(22)]?.(a, r),
  (a) => a.none(),
  (a) => a.newtrue(),
  (a) => a.emptyTuple(),
  (a) => a.emptyList(),
  (a) => a.emptyDict(),
  (a) => a.emptySet(),
  (a, r) => a.text(r.pick(NAMES)).text(r.pick(NAMES)).stackGlobal(),
  (a, r) => value(value(a.mark(), r), r).tuple(),
  (a, r) => value(value(a.mark(), r), r).list(),
  (a, r) => value(value(a.mark(), r), r).dict(),
  (a, r) => value(a.mark(), r).frozenset(),
  (a, r) => value(a, r).tuple1(),
  (a, r) => value(value(a, r), r).tuple2(),
  (a, r) =>
    value(a.global(r.pick(NAMES), r.pick(NAMES)), r)
      .tuple1()
      .reduce(),
  (a, r) => a.global(r.pick(NAMES), r.pick(NAMES)).emptyTuple().newobj(),
  (a, r) => value(a.mark().global(r.pick(NAMES), r.pick(NAMES)), r).obj(),
  (a, r) => value(a.mark(), r).inst(r.pick(NAMES), r.pick(NAMES)),
  (a, r) => value(a.global(r.pick(NAMES), r.pick(NAMES)).emptyTuple().reduce(), r).build(),
  (a, r) => value(a.emptyList(), r).append(),
  (a, r) => value(value(a.emptyList().mark(), r), r).appends(),
  (a, r) => value(a.emptyDict().text('k'), r).setitem(),
  (a, r) => value(a.emptySet().mark(), r).additems(),
  (a, r) => value(a, r).dup().pop(),
  (a, r) => value(a, r).memoize(),
  (a, r) => value(a, r).binput(r.below(3)),
  (a, r) => value(value(a, r), r).pop(),
  (a, r) => value(value(a, r).mark(), r).popMark(),
  (a, r) => value(a, r).binput(0).pop().binget(0),
  (a, r) => value(a, r).binpersid(),
  (a) => a.nextBuffer(),
];

function value(a: PickleAssembler, random: Prng): PickleAssembler {
  // Past this length only small values, so that the recursion ends.
  if (a.length > 300) return a.binint1(7);
  random.pick(values)(a, random);
  return a;
}

/** A stream that is mostly well formed, of any protocol, with now and then a random opcode in it. */
export function randomPickle(random: Prng): Uint8Array {
  const a = asm();
  if (random.below(4) > 0) a.proto(random.below(6));
  for (let left = random.below(4); left > 0; left -= 1) {
    value(a, random);
    if (random.below(8) === 0) a.raw(randomOpcodes(random, 1));
    else a.pop();
  }
  return value(a, random).stop().bytes();
}
