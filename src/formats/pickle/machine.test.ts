import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LimitError } from '../../bytes/errors.ts';
import { Budget, defaultLimits } from '../../bytes/limits.ts';
import { BufferSource } from '../../bytes/source.ts';
import type { PickleEvent } from './events.ts';
import { PickleMachine, type PickleOutcome } from './machine.ts';
import { opcodes } from './opcodes.ts';
import { operations } from './operations.ts';
import { globalName } from './values.ts';

function run(
  pickle: string | Uint8Array,
  limits = {},
): { outcome: PickleOutcome; seen: string[]; events: PickleEvent[] } {
  const bytes = typeof pickle === 'string' ? Uint8Array.from(pickle, (c) => c.charCodeAt(0)) : pickle;
  const events: PickleEvent[] = [];
  const budget = new Budget({ ...defaultLimits, ...limits });
  const outcome = new PickleMachine(new BufferSource(bytes), { budget, onEvent: (event) => events.push(event) }).run();
  return { outcome, events, seen: events.map(name) };
}

function name(event: PickleEvent): string {
  if (event.kind === 'import') return `import ${globalName(event.global) ?? '<computed>'}`;
  if (event.kind === 'call') return `${event.opcode} ${globalName(event.call.callee) ?? '<computed>'}`;
  return event.kind === 'anomaly' ? event.code : event.kind;
}

test('all 68 opcodes of pickletools have an operation', () => {
  expect(opcodes).toHaveLength(68);
  for (const opcode of opcodes) expect(operations[opcode.code], opcode.name).toBeTypeOf('function');
});

describe('calls are events whatever becomes of their result', () => {
  const os = 'cos\nsystem\n';
  test.each([
    ['REDUCE', `${os}(S'id'\ntR.`],
    ['REDUCE, popped', `${os}(S'id'\ntR0N.`],
    ['REDUCE, POP_MARK (GHSA-mxhj-88fx-4pcv)', `(${os}(S'id'\ntR1N.`],
    ['OBJ', `(${os}S'id'\no.`],
    ['INST', `(S'id'\nios\nsystem\n.`],
    ['NEWOBJ', `${os}(S'id'\nt\x81.`],
    ['NEWOBJ_EX', `${os}(S'id'\nt}\x92.`],
    ['through the memo', `${os}p0\n0g0\n(S'id'\ntR.`],
    ['through DUP', `${os}2(S'id'\ntR.`],
    ['truncated right after the call (nullifAI)', `${os}(S'id'\ntR`],
    ['garbage after the call', `${os}(S'id'\ntR\xff\xff`],
  ])('%s', (_, pickle) => {
    const { seen } = run(pickle);
    expect(seen[0]).toBe('import os.system');
    expect(seen.some((event) => /^(REDUCE|OBJ|INST|NEWOBJ|NEWOBJ_EX) os\.system$/.test(event))).toBe(true);
  });
});

test('names of Python 2 are mapped below protocol 3 only', () => {
  expect(run('c__builtin__\neval\n.').seen).toEqual(['import builtins.eval']);
  expect(run('\x80\x03c__builtin__\neval\n.').seen).toEqual(['import __builtin__.eval']);
});

test('STACK_GLOBAL with computed operands is an import of unknown name', () => {
  const { seen } = run('\x80\x04cbuiltins\nstr\n\x8c\x02os\x85R\x8c\x06system\x93.');
  expect(seen.at(-1)).toBe('import <computed>');
});

test('a memo slot is found however far its string is from the use', () => {
  const filler = `\x8c\x64${'x'.repeat(100)}0`.repeat(5000);
  expect(run(`\x80\x04\x8c\x02os\x94\x8c\x06system\x940${filler}h\x00h\x01\x93.`).seen).toEqual(['import os.system']);
});

describe('text integers as CPython reads them', () => {
  test.each(['I0x10\n.', 'I010\n.', 'L0x1L\n.', 'L0o7\n.', 'I1\0\n.', 'I 12\n.', 'I1_000\n.', 'I0b1\n.', 'L-0L\n.'])(
    'accepts %j',
    (pickle) => {
      expect(run(pickle).outcome.failure).toBeUndefined();
    },
  );
  test.each(['I\n.', 'I1x\n.', 'L010L\n.', 'I1__0\n.', 'Lx\n.', `L${'9'.repeat(5000)}\n.`])('refuses %j', (pickle) => {
    expect(run(pickle).outcome.failure?.code).toBe('malformed');
  });
});

describe('frames', () => {
  test('an operand that reaches over its frame is an anomaly (cpython#154848)', () => {
    expect(run('\x80\x04\x95\x03\0\0\0\0\0\0\0\x8c\x04text.').seen).toEqual(['frame-crossed']);
  });
  test('a frame inside a frame is an anomaly', () => {
    const inner = '\x95\x01\0\0\0\0\0\0\0N';
    expect(run(`\x80\x04\x95\x0b\0\0\0\0\0\0\0${inner}.`).seen).toEqual(['frame-nested']);
  });
});

describe('limits', () => {
  test('objects', () => {
    expect(() => run('cos\nsystem\n0'.repeat(20), { maxPickleObjects: 10 })).toThrow(LimitError);
  });
  test('memo', () => {
    expect(() => run(`N${Array.from({ length: 20 }, (_, i) => `p${i}\n`).join('')}.`, { maxPickleStack: 10 })).toThrow(
      LimitError,
    );
  });
  test('a memo index in the far distance allocates nothing', () => {
    expect(run('Nr\xff\xff\xff\xff0j\xff\xff\xff\xff.').outcome.failure).toBeUndefined();
  });
  test('a length beyond the file is truncation, not an allocation', () => {
    const { outcome } = run('\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f');
    expect(outcome.failure?.code).toBe('truncated');
  });
});

test('any bytes end in an outcome', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const { outcome } = run(bytes);
      expect(outcome.stopped || outcome.failure !== undefined).toBe(true);
      expect(outcome.end).toBeLessThanOrEqual(bytes.length);
    }),
    { numRuns: 2000 },
  );
});

test('any sequence of opcodes ends in an outcome', () => {
  const opcode = fc.constantFrom(...opcodes.map((row) => row.code));
  const operand = fc.constantFrom(
    '',
    '\x01',
    '\x00\x00',
    'os\nsystem\n',
    "'a'\n",
    '1\n',
    '\x02\0\0\0ab',
    '\x00\0\0\0\0\0\0\0',
  );
  const step = fc.tuple(opcode, operand).map(([code, text]) => String.fromCharCode(code) + text);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { outcome } = run(steps.join(''));
      expect(outcome.stopped || outcome.failure !== undefined).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
