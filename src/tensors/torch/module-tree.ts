import { globalName, type Value } from '../../formats/pickle/values.ts';
import { joined, type ObjectWalk, type Place } from './object-walk.ts';
import { attributesOf, describe, entriesOf, pairsOf } from './python-values.ts';

type Attributes = ReadonlyMap<string, Value>;

/** torch/fx/graph_module.py: a call with the module's attributes, and code that is compiled on loading. */
const FROM_ATTRIBUTES = /^torch\.fx\.graph_module\.reduce_\w*graph_module$/;

/** The attributes of a pickled `torch.nn.Module`, whatever its class; undefined for anything else. */
export function moduleAttributes(value: Value, walk: ObjectWalk): Attributes | undefined {
  if (typeof value !== 'object' || value.kind !== 'call') return undefined;
  const attributes = FROM_ATTRIBUTES.test(globalName(value.callee) ?? '')
    ? byName(walk.view.items(value.args)?.[0], walk)
    : attributesOf(value, walk.view);
  return attributes.has('_parameters') && attributes.has('_modules') ? attributes : undefined;
}

/**
 * Takes what `state_dict()` gives of a module (torch/nn/modules/module.py, _save_to_state_dict): parameters, then
 * persistent buffers, then the modules inside, each in the order of registration. Hooks of the module are not run.
 */
export function walkModule(attributes: Attributes, place: Place, walk: ObjectWalk): void {
  takeOwn(attributes.get('_parameters'), place, walk);
  const hidden = transientNames(attributes.get('_non_persistent_buffers_set'), walk);
  takeOwn(attributes.get('_buffers'), place, walk, place.whole ? undefined : hidden);
  for (const [name, module] of byName(attributes.get('_modules'), walk)) {
    if (!walk.view.isNone(module)) walk.visit(module, { ...place, path: joined(place.path, name) });
  }
  for (const [name, value] of attributes) if (!OWN.has(name)) other(name, value, place, walk);
  if (HOOKS.some((name) => byName(attributes.get(name), walk).size > 0)) {
    walk.notes.add('hooks that change the state dict of a module are not run');
  }
}

const OWN = new Set(['_parameters', '_buffers', '_modules', '_non_persistent_buffers_set']);
const HOOKS = ['_state_dict_hooks', '_state_dict_pre_hooks'];

function byName(value: Value | undefined, walk: ObjectWalk): Attributes {
  const pairs = pairsOf(value, walk.view) ?? [];
  const found = new Map<string, Value>();
  for (const { step, value: held } of entriesOf(pairs, walk.view)) if (step !== undefined) found.set(step, held);
  return found;
}

/** The names in a set, as any protocol spells it. */
function transientNames(value: Value | undefined, walk: ObjectWalk): ReadonlySet<string> {
  const { view } = walk;
  if (typeof value !== 'object') return new Set();
  const isSet = value.kind === 'call' && /^builtins\.(?:frozen)?set$/.test(globalName(value.callee) ?? '');
  const items = 'items' in value ? value.items : isSet ? (view.items(view.items(value.args)?.[0]) ?? []) : [];
  return new Set(items.flatMap((item) => view.text(item) ?? []));
}

function takeOwn(held: Value | undefined, place: Place, walk: ObjectWalk, hidden?: ReadonlySet<string>): void {
  for (const [name, value] of byName(held, walk)) {
    const at = { ...place, path: joined(place.path, name) };
    if (walk.view.isNone(value)) continue;
    if (!walk.isTensor(value)) walk.visit(value, { ...at, mode: 'omit' });
    else if (hidden?.has(name) === true) {
      walk.tensor(value, { ...at, mode: 'omit' }, 'a buffer that state_dict() leaves out');
    } else walk.tensor(value, at);
  }
}

/** Attributes that no state dict has: told of where they hold tensors, as the rest is the same in every module. */
function other(name: string, value: Value, place: Place, walk: ObjectWalk): void {
  const at = { ...place, path: joined(place.path, name) };
  if (!walk.bears(value)) return;
  if (place.whole) walk.visit(value, at);
  else if (walk.isTensor(value)) walk.tensor(value, { ...at, mode: 'omit' }, 'an attribute');
  else walk.omit(at.path, `an attribute that holds tensors: ${describe(value, walk.view)}`);
}
