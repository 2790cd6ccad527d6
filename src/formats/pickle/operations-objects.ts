import type { BuildEvent, CallEvent, ExtensionEvent, ImportEvent, PersistentEvent } from './events.ts';
import type { PickleMachine } from './machine.ts';
import type { OperationTable } from './operations.ts';
import { pythonTwoModules, pythonTwoNames } from './python2-names.ts';
import { CallNode, type CallOpcode, GlobalNode, PersistentNode, type Value } from './values.ts';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeName(machine: PickleMachine, line: Uint8Array): string {
  if (line.length === 0) machine.fail('a name', 'an empty line');
  try {
    return strictUtf8.decode(line);
  } catch {
    machine.fail('a UTF-8 name', 'other bytes');
    return String.fromCharCode(...line.subarray(0, 256));
  }
}

/** `find_class`: below protocol 3 the names of Python 2 are mapped first. */
function findClass(machine: PickleMachine, module: string, name: string, opcode: ImportEvent['opcode']): GlobalNode {
  const written = `${module}.${name}`;
  let resolved: readonly [string, string] = [module, name];
  if (machine.protocol < 3) resolved = pythonTwoNames.get(written) ?? [pythonTwoModules.get(module) ?? module, name];
  const global = machine.own(new GlobalNode(resolved[0], resolved[1], machine.at));
  const mapped = resolved[0] !== module || resolved[1] !== name;
  machine.emit({ kind: 'import', opcode, global, ...(mapped ? { written } : {}) } as ImportEvent);
  return global;
}

function importLines(machine: PickleMachine, opcode: 'GLOBAL' | 'INST'): GlobalNode {
  const module = decodeName(machine, machine.line().slice());
  const name = decodeName(machine, machine.line());
  // oxlint-disable-next-line no-control-regex -- ASCII is what load_inst decodes as
  if (opcode === 'INST' && !/^[\x00-\x7f]*$/.test(module + name)) machine.fail('ASCII names', `${module}.${name}`);
  return findClass(machine, module, name, opcode);
}

function stackGlobal(machine: PickleMachine): void {
  const nameValue = machine.pop();
  const moduleValue = machine.pop();
  const name = machine.view.text(nameValue);
  const module = machine.view.text(moduleValue);
  if (name !== undefined && module !== undefined) {
    machine.push(findClass(machine, module, name, 'STACK_GLOBAL'));
    return;
  }
  if (isComputed(moduleValue) || isComputed(nameValue)) machine.uncertain = true;
  else machine.fail('two strings for STACK_GLOBAL', 'something else');
  const global = machine.own(new GlobalNode(module ?? null, name ?? null, machine.at));
  machine.emit({ kind: 'import', opcode: 'STACK_GLOBAL', global } as ImportEvent);
  machine.push(global);
}

/** True for what only running the pickle would tell. */
function isComputed(value: Value): boolean {
  return typeof value !== 'number' && !['list', 'dict', 'set', 'frozenset', 'tuple', 'bytearray'].includes(value.kind);
}

function isTuple(machine: PickleMachine, value: Value): boolean {
  if (typeof value === 'number') return machine.view.constant(value, 0).type === 'tuple';
  return value.kind === 'tuple';
}

/** Tells constants and containers, which CPython refuses where `expected` is needed, from what may turn out to be one. */
function demand(machine: PickleMachine, expected: string, value: Value): void {
  if (isComputed(value)) machine.uncertain = true;
  else machine.fail(expected, 'plain data');
}

function call(machine: PickleMachine, opcode: CallOpcode, callee: Value, args: Value, kwargs?: Value): void {
  if (!isComputed(callee)) machine.fail('something to call', 'plain data');
  else if (opcode.startsWith('NEWOBJ') && (callee as { kind: string }).kind !== 'global') machine.uncertain = true;
  if (!isTuple(machine, args)) demand(machine, 'a tuple of arguments', args);
  const node = machine.own(new CallNode(opcode, callee, args, machine.at, kwargs));
  machine.push(node);
  machine.emit({ kind: 'call', opcode, call: node } as CallEvent);
}

/** BUILD on plain data only passes when there is nothing to set. */
function buildPlain(machine: PickleMachine, state: Value): void {
  if (machine.view.isNone(state)) return;
  if (isTuple(machine, state)) machine.uncertain = true;
  else machine.fail('an object with attributes', 'plain data');
}

function build(machine: PickleMachine): void {
  const state = machine.pop();
  const target = machine.top();
  if (!isComputed(target)) {
    buildPlain(machine, state);
    return;
  }
  if (typeof target === 'number' || target.kind !== 'call') {
    machine.emit({ kind: 'build', target, state, again: false } as BuildEvent);
    return;
  }
  const again = target.state !== undefined;
  target.state = state;
  machine.emit({ kind: 'build', target, state, again } as BuildEvent);
  machine.skipRaw(machine.options.rawAfterBuild?.(target, machine.view, machine.input.offset) ?? 0);
  machine.release(state);
}

function extension(read: (machine: PickleMachine) => number): (machine: PickleMachine) => void {
  return (machine) => {
    const code = read(machine);
    if (code <= 0) machine.fail('an extension code above zero', `${code}`);
    machine.uncertain = true;
    machine.emit({ kind: 'extension', code } as ExtensionEvent);
    machine.push(machine.opaque('extension'));
  };
}

function persistent(machine: PickleMachine, id: Value): void {
  const node = machine.own(new PersistentNode(id, machine.at));
  machine.push(machine.options.persistentLoad?.(id, machine.view) ?? node);
  machine.emit({ kind: 'persistent', node } as PersistentEvent);
}

export const objectOperations: OperationTable = {
  GLOBAL: (machine) => machine.push(importLines(machine, 'GLOBAL')),
  STACK_GLOBAL: stackGlobal,
  INST(machine) {
    const height = machine.popMark();
    const callee = importLines(machine, 'INST');
    const args = machine.tuple(machine.takeFrom(height));
    call(machine, 'INST', callee, args);
  },
  OBJ(machine) {
    const height = machine.popMark();
    if (machine.stack.length - height < 1) {
      machine.fail('a class above the mark', 'nothing');
      machine.push(machine.opaque('unknown'));
      return;
    }
    const [callee, ...args] = machine.takeFrom(height) as [Value, ...Value[]];
    call(machine, 'OBJ', callee, machine.tuple(args));
  },
  REDUCE(machine) {
    const args = machine.pop();
    call(machine, 'REDUCE', machine.pop(), args);
  },
  NEWOBJ(machine) {
    const args = machine.pop();
    call(machine, 'NEWOBJ', machine.pop(), args);
  },
  NEWOBJ_EX(machine) {
    const kwargs = machine.pop();
    const args = machine.pop();
    const callee = machine.pop();
    if (typeof kwargs === 'number' ? machine.view.constant(kwargs, 0).type !== 'dict' : kwargs.kind !== 'dict') {
      demand(machine, 'a dict of keyword arguments', kwargs);
    }
    call(machine, 'NEWOBJ_EX', callee, args, kwargs);
  },
  BUILD: build,
  EXT1: extension((machine) => machine.input.u8()),
  EXT2: extension((machine) => machine.input.u16()),
  EXT4: extension((machine) => machine.input.i32()),
  PERSID(machine) {
    const line = machine.line();
    if (line.some((byte) => byte > 0x7f)) machine.fail('an ASCII persistent id', 'other bytes');
    persistent(machine, machine.at);
  },
  BINPERSID: (machine) => persistent(machine, machine.pop()),
};
