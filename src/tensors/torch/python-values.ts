import { readBytes } from '../../bytes/source.ts';
import { type CallNode, globalName, type Value } from '../../formats/pickle/values.ts';
import type { Constant, PickleView } from '../../formats/pickle/view.ts';

/** One value inside another, by the step that leads to it. */
export interface Child {
  /** Key, index or attribute as text; undefined when it has no text form that could be part of a name. */
  readonly step: string | undefined;
  readonly value: Value;
}

/** Longer keys are no names; what reads them back cuts them there. */
const MAX_KEY_BYTES = 4096;
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Classes whose calls give a mapping of what their last argument holds. */
const MAPPINGS = new Set([
  'collections.OrderedDict',
  'collections.defaultdict',
  'collections.Counter',
  'builtins.dict',
]);
/** TorchScript's, which give back their first argument; torch/jit/_pickle.py. */
const TRANSPARENT = /^torch\.jit\._pickle\.(?:restore_type_tag|build_\w+list)$/;

/** Attribute of every state dict: versions of its modules, for torch's own use. */
const STATE_DICT_VERSIONS = '_metadata';

/** A key of a mapping. */
interface Key {
  /** Equal for what Python takes for the same key: the number 1, `1.0` and `True` are, the text `1` is another. */
  readonly same: string | bigint | undefined;
  /** Strings, and whole numbers in decimal digits. */
  readonly step: string | undefined;
}

const OTHER_KEY: Key = { same: undefined, step: undefined };

function keyOf(key: Value, view: PickleView): Key {
  if (typeof key !== 'number') return OTHER_KEY;
  const constant = view.constant(key, MAX_KEY_BYTES);
  if (constant.type === 'int') return { same: constant.value, step: constant.value.toString() };
  if (constant.type === 'bool') return { same: constant.value ? 1n : 0n, step: undefined };
  if (constant.type === 'float') {
    return { same: Number.isInteger(constant.value) ? BigInt(constant.value) : undefined, step: undefined };
  }
  const step = constant.type === 'str' ? keyText(key, constant, view) : undefined;
  return { same: step, step };
}

function keyText(key: number, constant: Constant & { readonly type: 'str' }, view: PickleView): string | undefined {
  if (constant.size > MAX_KEY_BYTES) return undefined;
  // oxlint-disable-next-line no-control-regex -- ASCII reads the same in every encoding
  if (/^[\x00-\x7f]*$/.test(constant.text)) return constant.text;
  const opcode = String.fromCharCode(view.opcodeAt(key));
  if (opcode === 'V') return constant.text.isWellFormed() ? constant.text : undefined;
  // Python 2's byte strings too are UTF-8 for torch.load, unless it is told otherwise.
  const bytes =
    opcode === 'S'
      ? Uint8Array.from(constant.text, (letter) => letter.charCodeAt(0))
      : readBytes(view.source, constant.content, constant.size);
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** What `torch.jit` wraps around typed containers is passed over. */
export function unwrapped(value: Value, view: PickleView): Value {
  let inner = value;
  for (let left = 8; left > 0; left -= 1) {
    if (typeof inner !== 'object' || inner.kind !== 'call') return inner;
    if (!TRANSPARENT.test(globalName(inner.callee) ?? '')) return inner;
    inner = view.items(inner.args)?.[0] ?? inner;
  }
  return inner;
}

/** Keys and values in turn of anything that was filled like a mapping; undefined when nothing says so. */
export function pairsOf(value: Value | undefined, view: PickleView): readonly Value[] | undefined {
  if (typeof value !== 'object') return undefined;
  if (value.kind === 'dict') return value.items;
  if (value.kind !== 'call') return undefined;
  const added = value.added?.pairs ?? [];
  if (!MAPPINGS.has(globalName(value.callee) ?? '')) return added.length > 0 ? added : undefined;
  const initial = initialPairs(view.items(value.args)?.at(-1), view);
  return initial.length === 0 ? added : [...initial, ...added];
}

/** `OrderedDict([[key, value], …])`, as Python 2 pickles it, or `Counter({…})`. */
function initialPairs(argument: Value | undefined, view: PickleView): readonly Value[] {
  if (typeof argument === 'object' && argument.kind === 'dict') return argument.items;
  const pairs = view.items(argument)?.map((pair) => view.items(pair));
  return pairs?.every((pair) => pair?.length === 2) === true ? pairs.flatMap((pair) => pair ?? []) : [];
}

/** The entries of a mapping, the last value of equal keys in the place of the first. */
export function entriesOf(pairs: readonly Value[], view: PickleView): Child[] {
  const known = new Map<string | bigint, Child>();
  const nameless: Child[] = [];
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const value = pairs[at + 1] as Value;
    const { same, step } = keyOf(pairs[at] as Value, view);
    if (same === undefined) nameless.push({ step, value });
    // The first of equal keys stays the key: `{1: a, True: b}` is `{1: b}`.
    else known.set(same, { step: known.has(same) ? known.get(same)?.step : step, value });
  }
  return [...known.values()].concat(nameless);
}

/** Value by attribute name, as BUILD set them: a dict, or a pair of a dict and one for slots. */
export function attributesOf(value: Value | undefined, view: PickleView): ReadonlyMap<string, Value> {
  if (typeof value !== 'object' || value.kind !== 'call') return new Map();
  const parts = typeof value.state === 'object' && value.state.kind === 'tuple' ? value.state.items : [value.state];
  const pairs = parts.flatMap((part) => (typeof part === 'object' && part.kind === 'dict' ? part.items : []));
  const attributes = new Map<string, Value>();
  for (const { step, value: held } of entriesOf(pairs, view)) if (step !== undefined) attributes.set(step, held);
  return attributes;
}

/** Everything inside a value, in order, with the steps that lead to it. */
export function childrenOf(value: Value, view: PickleView): Child[] {
  if (typeof value !== 'object') return [];
  switch (value.kind) {
    case 'dict':
      return entriesOf(value.items, view);
    case 'list':
    case 'tuple':
      return indexed(value.items);
    case 'set':
    case 'frozenset':
      return value.items.map((item) => ({ step: undefined, value: item }));
    case 'call':
      return callChildren(value, view);
    default:
      return [];
  }
}

function callChildren(call: CallNode, view: PickleView): Child[] {
  const children: Child[] = [];
  const pairs = pairsOf(call, view);
  if (pairs !== undefined) children.push(...entriesOf(pairs, view));
  if (call.added !== undefined) children.push(...indexed(call.added.elements));
  // What REDUCE hands to a function is not what it returns.
  if (call.opcode !== 'REDUCE') children.push(...indexed(view.items(call.args) ?? []));
  if (typeof call.kwargs === 'object' && call.kwargs.kind === 'dict') {
    children.push(...entriesOf(call.kwargs.items, view));
  }
  for (const [step, value] of attributesOf(call, view))
    if (step !== STATE_DICT_VERSIONS) children.push({ step, value });
  if (typeof call.state === 'object' && call.state.kind !== 'dict' && attributesOf(call, view).size === 0) {
    children.push({ step: '__state__', value: call.state });
  }
  return children;
}

function indexed(items: readonly Value[]): Child[] {
  return items.map((value, index) => ({ step: String(index), value }));
}

/** Every node that a value is made of, whatever leads to it. */
export function partsOf(value: Value): readonly Value[] {
  if (typeof value !== 'object') return [];
  if ('items' in value) return value.items;
  if (value.kind !== 'call') return [];
  const { args, kwargs, state, added } = value;
  const own = [args, kwargs, state].filter((part) => part !== undefined);
  return added === undefined ? own : own.concat(added.pairs, added.elements);
}

/** What a value is, in a few words. */
export function describe(value: Value, view: PickleView): string {
  if (typeof value === 'number') return CONSTANTS[view.constant(value, 0).type] ?? 'a value';
  if (value.kind === 'call') return describeCall(value, view);
  if (value.kind === 'global') return `the name ${globalName(value) ?? '(computed)'}`;
  if (value.kind === 'persistent') return 'an object kept outside the pickle';
  if ('items' in value) return `a ${value.kind} of ${value.kind === 'dict' ? value.count / 2 : value.count}`;
  return value.kind === 'bytearray' ? 'a bytearray' : 'a value of unknown kind';
}

function describeCall(call: CallNode, view: PickleView): string {
  const count = pairsOf(call, view)?.length;
  const what = `a call of ${globalName(call.callee) ?? 'something computed'}`;
  return count === undefined ? what : `${what} with ${count / 2} entries`;
}

const CONSTANTS: Readonly<Record<string, string>> = {
  str: 'text',
  bytes: 'bytes',
  int: 'a number',
  float: 'a number',
  bool: 'a truth value',
  none: 'None',
  tuple: 'a tuple',
};
