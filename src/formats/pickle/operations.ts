import { constantOperations } from './operations-constants.ts';
import { containerOperations } from './operations-containers.ts';
import { objectOperations } from './operations-objects.ts';
import { stackOperations } from './operations-stack.ts';
import type { PickleMachine } from './machine.ts';
import { opcodes } from './opcodes.ts';

/** What one opcode does to the machine. */
export type Operation = (machine: PickleMachine) => void;
export type OperationTable = Readonly<Record<string, Operation>>;

const byName: OperationTable = {
  ...constantOperations,
  ...containerOperations,
  ...stackOperations,
  ...objectOperations,
};

/** Operation by opcode byte. */
export const operations: readonly (Operation | undefined)[] = (() => {
  const table: (Operation | undefined)[] = Array.from({ length: 256 }, () => undefined);
  for (const opcode of opcodes) table[opcode.code] = byName[opcode.name];
  return table;
})();
