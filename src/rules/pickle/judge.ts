import { type CallNode, globalName, type Value } from '../../formats/pickle/values.ts';
import type { PickleView } from '../../formats/pickle/view.ts';
import { allowedUses, use } from '../data/pickle/index.ts';
import type { RulePolicy } from '../rule.ts';

export type Use = Exclude<keyof typeof use, 'hashRunsCode'>;

/** True when the allow-lists, or the policy, let a pickle use this name in this way. */
export function isAllowed(
  name: { module: string | null; name: string | null },
  wanted: Use,
  policy: RulePolicy,
): boolean {
  if (name.module === null || name.name === null) return false;
  return isListed(name.module, name.name, wanted) || policy.allowedGlobals.has(`${name.module}.${name.name}`);
}

/** Classes of a TorchScript program, made by torch's own interpreter; for Python there is no such module. */
const TORCHSCRIPT_MODULE = /^__torch__(?:\.|$)/;
const TORCHSCRIPT_USES = use.import | use.new | use.build;

/** True when the allow-lists alone do. */
export function isListed(module: string, name: string, wanted: Use): boolean {
  if (TORCHSCRIPT_MODULE.test(module)) return (TORCHSCRIPT_USES & use[wanted]) !== 0;
  return ((allowedUses(module, name) ?? 0) & use[wanted]) !== 0;
}

/** The use a call opcode makes of its callee: NEWOBJ only runs `__new__`, all others run whatever calling means. */
export function useOf(opcode: CallNode['opcode']): Use {
  return opcode === 'NEWOBJ' || opcode === 'NEWOBJ_EX' ? 'new' : 'call';
}

const RECONSTRUCTORS = new Set(['copyreg._reconstructor', 'copyreg.__newobj__', 'copyreg.__newobj_ex__']);

/** The class (or factory) whose instance a value is: what `__setstate__` and `append` belong to. */
export function classOf(value: Value, view: PickleView): Value | undefined {
  if (typeof value !== 'object' || value.kind !== 'call') return undefined;
  const callee = globalName(value.callee);
  if (callee !== undefined && RECONSTRUCTORS.has(callee)) return view.items(value.args)?.[0];
  return value.callee;
}

/** A short Python-like rendering of a value, for messages. */
export function describe(value: Value | undefined, view: PickleView): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return describePlain(value, view);
  switch (value.kind) {
    case 'global':
      return `${value.module ?? '<computed>'}.${value.name ?? '<computed>'}`;
    case 'call':
      return `the result of ${describe(value.callee, view)}(…)`;
    case 'persistent':
      return 'a persistent object';
    default:
      return `a ${value.kind}`;
  }
}

function describePlain(value: number, view: PickleView): string {
  const constant = view.constant(value, 80);
  if (constant.type === 'str') return JSON.stringify(constant.text.slice(0, 80));
  if (constant.type === 'int' || constant.type === 'float' || constant.type === 'bool') return String(constant.value);
  return constant.type === 'none' ? 'None' : `a ${constant.type}`;
}

/** The arguments of a call as text, cut to what a message can hold. */
export function describeArguments(call: CallNode, view: PickleView): string {
  const items = view.items(call.args);
  if (items === undefined) return '…';
  const shown = items.slice(0, 4).map((item) => describe(item, view));
  return shown.join(', ') + (items.length > shown.length ? ', …' : '');
}
