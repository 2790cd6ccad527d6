import type { PickleMachine } from './machine.ts';
import { highestProtocol } from './opcodes.ts';
import type { OperationTable } from './operations.ts';
import { parseIndex } from './text-operands.ts';

function recall(machine: PickleMachine, index: number | undefined): void {
  const value = index === undefined ? undefined : machine.memo.get(index);
  if (value === undefined) {
    machine.fail(`memo slot ${index ?? '?'}`, 'an empty one');
    machine.push(machine.opaque('unknown'));
    return;
  }
  machine.push(value);
}

function remember(machine: PickleMachine, index: number | undefined): void {
  const value = machine.top();
  if (index === undefined || index < 0) machine.fail('a memo index of zero or more', `${index ?? 'none'}`);
  else machine.memo.put(index, value);
}

/** PROTO in mid-stream switches how names are resolved; only a stream made by hand has it. */
function protocol(machine: PickleMachine): void {
  const started = machine.at === (machine.options.start ?? 0);
  const version = machine.input.u8();
  if (version > highestProtocol) machine.fail(`a protocol up to ${highestProtocol}`, `${version}`);
  else {
    if (!started && version !== machine.protocol) {
      machine.anomaly('protocol-changed', `protocol ${version} is declared in mid-stream`);
    }
    machine.protocol = version;
  }
}

function frame(machine: PickleMachine): void {
  const length = machine.input.u64();
  const start = machine.input.offset;
  if (machine.frameEnd !== Number.POSITIVE_INFINITY) {
    machine.anomaly('frame-nested', `a frame starts at ${machine.at} inside one that ends at ${machine.frameEnd}`);
  }
  // The C unpickler fetches the whole frame before it goes on, so a frame beyond the end of the file raises here.
  if (length > 0) {
    const last = start + length - 1;
    const present = Number.isFinite(last) && machine.view.source.read(last, new Uint8Array(1)) === 1;
    if (!present) machine.fail(`a frame of ${length} bytes`, 'the end of the file');
  }
  machine.frameEnd = start + length;
}

export const stackOperations: OperationTable = {
  MARK(machine) {
    machine.marks.push(machine.stack.length);
    machine.fence = machine.stack.length;
  },
  POP(machine) {
    if (machine.marks.at(-1) === machine.stack.length) machine.popMark();
    else machine.pop();
  },
  POP_MARK(machine) {
    machine.stack.length = machine.popMark();
  },
  DUP: (machine) => machine.push(machine.top()),
  GET: (machine) => recall(machine, parseIndex(machine.line())),
  BINGET: (machine) => recall(machine, machine.input.u8()),
  LONG_BINGET: (machine) => recall(machine, machine.input.u32()),
  PUT: (machine) => remember(machine, parseIndex(machine.line())),
  BINPUT: (machine) => remember(machine, machine.input.u8()),
  LONG_BINPUT: (machine) => remember(machine, machine.input.u32()),
  MEMOIZE: (machine) => remember(machine, machine.memo.count),
  PROTO: protocol,
  FRAME: frame,
  STOP(machine) {
    machine.result = machine.pop();
    machine.stopped = true;
  },
  NEXT_BUFFER: (machine) => machine.push(machine.opaque('buffer')),
  READONLY_BUFFER(machine) {
    const top = machine.top();
    if (typeof top === 'number' ? machine.view.constant(top, 0).type === 'bytes' : top.kind === 'bytearray') return;
    if (typeof top === 'number' || isContainer(top.kind)) machine.fail('a buffer', 'something else');
    else machine.uncertain ||= top.kind !== 'buffer';
  },
};

function isContainer(kind: string): boolean {
  return ['list', 'dict', 'set', 'frozenset', 'tuple'].includes(kind);
}
