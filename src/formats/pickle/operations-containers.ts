import type { MutateEvent } from './events.ts';
import type { PickleMachine } from './machine.ts';
import type { OperationTable } from './operations.ts';
import { type CallNode, isHashable, isUntracked, type Value } from './values.ts';

function tupleOf(count: number): (machine: PickleMachine) => void {
  return (machine) => {
    const { stack } = machine;
    if (stack.length - machine.fence < count) {
      machine.fail(`${count} values on the stack`, `${stack.length - machine.fence}`);
      machine.push(machine.opaque('unknown'));
      return;
    }
    machine.push(machine.tuple(machine.takeFrom(stack.length - count)));
  };
}

function checkKeys(machine: PickleMachine, height: number, step: 1 | 2): void {
  const { stack } = machine;
  for (let i = height; i < stack.length; i += step) {
    if (!isHashable(stack[i] as Value)) return machine.fail('a hashable key', 'a mutable container');
  }
}

/** The container below `height`, or undefined after noting why there is none. */
function targetBelow(machine: PickleMachine, height: number): Value | undefined {
  if (height > machine.fence && height <= machine.stack.length) return machine.stack[height - 1];
  machine.fail('a container below the values', 'an empty stack');
  return undefined;
}

type Kind = 'list' | 'dict' | 'set';

/** Adds what stands from `height` on to the container below, whatever that is. */
function addTo(machine: PickleMachine, height: number, kind: Kind, opcode: MutateEvent['opcode']): void {
  const target = targetBelow(machine, height);
  const { stack } = machine;
  if (target !== undefined && height < stack.length) {
    if (kind === 'dict' && (stack.length - height) % 2 !== 0)
      machine.fail('pairs of key and value', 'an odd number of items');
    if (kind !== 'list') checkKeys(machine, height, kind === 'dict' ? 2 : 1);
    addItems(machine, target, height, kind, opcode);
  }
  stack.length = Math.min(stack.length, Math.max(height, machine.fence));
}

function addItems(
  machine: PickleMachine,
  target: Value,
  height: number,
  kind: Kind,
  opcode: MutateEvent['opcode'],
): void {
  if (typeof target === 'number') {
    const type = isUntracked(target) ? machine.view.constant(target).type : 'constant';
    if (type !== kind) machine.fail(`a ${kind}`, `a ${type}`);
  } else if (target.kind === kind) {
    machine.extend(target, height);
  } else if (target.kind === 'bytearray' || (target.kind === 'list' && kind === 'dict')) {
    // Python may accept these (`bytearray.extend`, `list[index] = value`), depending on the values.
    machine.uncertain = true;
  } else if (isBuiltIn(target.kind)) {
    machine.fail(`a ${kind}`, `a ${target.kind}`);
  } else {
    const items = machine.keepable(height);
    if (machine.options.keepAll === true && target.kind === 'call') keep(target, kind, items);
    machine.emit({ kind: 'mutate', opcode, target, items } as MutateEvent);
  }
}

function keep(target: CallNode, kind: Kind, items: readonly Value[]): void {
  target.added ??= { pairs: [], elements: [] };
  const added = kind === 'dict' ? target.added.pairs : target.added.elements;
  for (const item of items) added.push(item);
}

function isBuiltIn(kind: string): boolean {
  return (
    kind === 'list' ||
    kind === 'dict' ||
    kind === 'set' ||
    kind === 'frozenset' ||
    kind === 'tuple' ||
    kind === 'buffer'
  );
}

export const containerOperations: OperationTable = {
  EMPTY_LIST: (machine) => machine.push(machine.collection('list', [])),
  EMPTY_DICT: (machine) => machine.push(machine.collection('dict', [])),
  EMPTY_SET: (machine) => machine.push(machine.collection('set', [])),
  EMPTY_TUPLE: (machine) => machine.push(machine.options.keepAll === true ? machine.tuple([]) : machine.at),
  TUPLE: (machine) => machine.push(machine.tuple(machine.takeFrom(machine.popMark()))),
  TUPLE1: tupleOf(1),
  TUPLE2: tupleOf(2),
  TUPLE3: tupleOf(3),
  LIST: (machine) => machine.push(machine.collection('list', machine.takeFrom(machine.popMark()))),
  DICT(machine) {
    const height = machine.popMark();
    if ((machine.stack.length - height) % 2 !== 0) machine.fail('pairs of key and value', 'an odd number of items');
    checkKeys(machine, height, 2);
    machine.push(machine.collection('dict', machine.takeFrom(height)));
  },
  FROZENSET(machine) {
    const height = machine.popMark();
    checkKeys(machine, height, 1);
    machine.push(machine.collection('frozenset', machine.takeFrom(height)));
  },
  APPEND: (machine) => addTo(machine, machine.stack.length - 1, 'list', 'APPEND'),
  APPENDS: (machine) => addTo(machine, machine.popMark(), 'list', 'APPENDS'),
  SETITEM: (machine) => addTo(machine, machine.stack.length - 2, 'dict', 'SETITEM'),
  SETITEMS: (machine) => addTo(machine, machine.popMark(), 'dict', 'SETITEMS'),
  ADDITEMS: (machine) => addTo(machine, machine.popMark(), 'set', 'ADDITEMS'),
};
