import { type CallNode, globalName, GlobalNode, type Value } from '../../formats/pickle/values.ts';
import type { PickleView } from '../../formats/pickle/view.ts';
import { allowedUses, type Constraint, constraintOf, use } from '../data/pickle/index.ts';
import type { RulePolicy } from '../rule.ts';

export type Use = Exclude<keyof typeof use, 'hashRunsCode'>;

/** True when the allow-lists, or the policy, let a pickle use this name in this way. */
export function isAllowed(
  name: { module: string | null; name: string | null },
  wanted: Use,
  policy: RulePolicy,
): boolean {
  if (name.module === null || name.name === null) return false;
  return isListedFor(name.module, name.name, wanted) || policy.allowedGlobals.has(`${name.module}.${name.name}`);
}

/** True when a name may stand in a pickle at all: what may be called or made must be imported first. */
export function isImportable(name: { module: string | null; name: string | null }, policy: RulePolicy): boolean {
  return isAllowed(name, 'import', policy) || isAllowed(name, 'call', policy) || isAllowed(name, 'new', policy);
}

/** Classes of a TorchScript program, made by torch's own interpreter; for Python there is no such module. */
const TORCHSCRIPT_MODULE = /^__torch__(?:\.|$)/;
const TORCHSCRIPT_USES = use.import | use.new | use.build;

/** True when the allow-lists themselves, not the policy, know some use of the name. */
export function isListed(module: string, name: string): boolean {
  return isListedFor(module, name, 'import') || isListedFor(module, name, 'call') || isListedFor(module, name, 'new');
}

function isListedFor(module: string, name: string, wanted: Use): boolean {
  if (TORCHSCRIPT_MODULE.test(module)) return (TORCHSCRIPT_USES & use[wanted]) !== 0;
  return ((allowedUses(module, name) ?? 0) & use[wanted]) !== 0;
}

/** The use a call opcode makes of its callee: NEWOBJ only runs `__new__`, all others run whatever calling means. */
export function useOf(opcode: CallNode['opcode']): Use {
  return opcode === 'NEWOBJ' || opcode === 'NEWOBJ_EX' ? 'new' : 'call';
}

/** Constraints of functions that make an instance of their first argument. */
const FACTORY_CONSTRAINTS: ReadonlySet<Constraint | undefined> = new Set([
  'class-allowed',
  'array-class',
  'class-or-plain',
]);

/**
 * The class (or factory) whose instance a value is: what `__setstate__` and `append` belong to. A factory is told apart
 * from a class by not being listed for state itself, and from functions that hand on what they are given by the
 * constraint on its first argument, the class it makes an instance of: `copyreg._reconstructor(cls, …)`,
 * `_reconstruct(ndarray, …)` or Cython's `newObj(cls)`.
 */
export function classOf(value: Value, view: PickleView): Value | undefined {
  if (typeof value !== 'object' || value.kind !== 'call') return undefined;
  const { callee } = value;
  if (typeof callee !== 'object' || callee.kind !== 'global' || !isFactory(callee)) return callee;
  const [made] = view.items(value.args) ?? [];
  return typeof made === 'object' && made.kind === 'global' ? made : callee;
}

function isFactory({ module, name }: GlobalNode): boolean {
  if (module === null || name === null) return false;
  const uses = allowedUses(module, name) ?? 0;
  const isOnlyCalled = (uses & use.call) !== 0 && (uses & (use.build | use.new)) === 0;
  return isOnlyCalled && FACTORY_CONSTRAINTS.has(constraintOf(module, name));
}

/**
 * What a call really calls, when the file names it: a global, or `getattr(Class, 'name')`, which is how protocols below 4
 * spell a method of a class. The latter is judged by its dotted name.
 */
export function calleeOf(call: CallNode, view: PickleView): GlobalNode | undefined {
  const { callee } = call;
  if (typeof callee !== 'object') return undefined;
  if (callee.kind === 'global') return callee;
  if (callee.kind !== 'call' || globalName(callee.callee) !== 'builtins.getattr') return undefined;
  const [owner, attribute] = view.items(callee.args) ?? [];
  const name = view.text(attribute);
  if (typeof owner !== 'object' || owner.kind !== 'global' || owner.name === null || name === undefined)
    return undefined;
  return new GlobalNode(owner.module, `${owner.name}.${name}`, callee.offset);
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
