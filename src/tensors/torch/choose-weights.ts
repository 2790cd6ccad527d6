import type { Value } from '../../formats/pickle/values.ts';
import { moduleAttributes } from './module-tree.ts';
import { joined, type ObjectWalk, type Place } from './object-walk.ts';
import { type Child, entriesOf, pairsOf } from './python-values.ts';

/** Keys under which training programs keep a model, or a copy of it, beside other things. */
const HOLDERS =
  /^(?:(?:model|module|net(?:work)?)(?:_(?:state(?:_dict)?|weights|ema))?|(?:ema_)?state_dict(?:_ema)?|(?:ema_)?weights|params(?:_ema)?|ema(?:_model|_net(?:work)?|_params)?)$/i;
/** Keys of what only training goes on with, weights or not. */
const TRAINING =
  /(?:^|_)(?:optim(?:i[sz]er)?s?|opt|(?:lr_?)?schedulers?|sched|(?:grad_?)?scaler|amp|callbacks|loops|rng|hyper_?parameters|hparams|args|config|cfg)(?:_|$)/i;
/** `{'model': {'state_dict': …}}` is usual, more is not. */
const MAX_UNWRAPPED = 3;

/**
 * Visits the parts of an object that are its weights to take them, the others to tell of them. The rule, in the order in which it applies:
 *
 * 1. What is no mapping of names (a module, a list, a single tensor) is taken as it is.
 * 2. A mapping in which one entry is called as models are (`state_dict`, `model`, `module`, `ema` …), holds tensors, and
 *    is the only one that does, beside what only training needs and single numbers, is that entry: its tensors have
 *    the names they have in it. The rule is applied again to it.
 * 3. Otherwise each entry is taken under its own key, so that the names are full paths, except for what only training
 *    needs (`optimizer`, `lr_schedulers`, `rng_state` …).
 *
 * What is not taken is omitted, tensors included. `whole` takes everything, under full paths.
 */
export function visitWeights(root: Value, walk: ObjectWalk, whole: boolean): void {
  const place: Place = { path: '', strip: 0, mode: 'take', whole };
  if (whole) walk.visit(root, place);
  else choose(root, place, walk, 0);
}

function choose(value: Value, place: Place, walk: ObjectWalk, depth: number): void {
  const pairs = pairsOf(value, walk.view);
  const isMapping = pairs !== undefined && !walk.isTensor(value) && moduleAttributes(value, walk) === undefined;
  if (!isMapping || depth >= MAX_UNWRAPPED) return walk.visit(value, place);
  const children = entriesOf(pairs, walk.view);
  const roles = children.map((child) => roleOf(child, walk));
  const holders = roles.filter((role) => role === 'holder').length;
  if (holders === 0 && !roles.includes('training')) return visitAll(value, children, place, walk);
  const alone = holders === 1 && !children.some((child, at) => isWeights(child, roles[at], walk));
  for (const [at, child] of children.entries()) {
    const role = roles[at];
    if (role === 'holder' && alone) unwrap(child, place, walk, depth);
    else walk.visitChild(child, isBeside(child, role, holders > 0, walk) ? { ...place, mode: 'omit' } : place);
  }
}

/** A dict has nothing but its entries; what a class adds to a mapping is looked for. */
function visitAll(value: Value, children: readonly Child[], place: Place, walk: ObjectWalk): void {
  walk.visit(value, place, typeof value === 'object' && value.kind === 'dict' ? children : undefined);
}

function isWeights({ value }: Child, role: Role | undefined, walk: ObjectWalk): boolean {
  return role === 'weights' || (role === 'tensor' && !isNumber(value, walk));
}

/** Goes on in an entry whose key is not part of the names. */
function unwrap({ step = '', value }: Child, place: Place, walk: ObjectWalk, depth: number): void {
  const path = joined(place.path, step);
  choose(value, { ...place, path, strip: path.length + 1 }, walk, depth + 1);
}

/** Without a holder beside them, tensors with such keys may be weights like all others. */
function isBeside({ value }: Child, role: Role | undefined, hasHolder: boolean, walk: ObjectWalk): boolean {
  if (role === 'training') return hasHolder || !walk.isTensor(value);
  return role === 'tensor' && hasHolder && isNumber(value, walk);
}

type Role = 'holder' | 'weights' | 'tensor' | 'training' | 'other';

function roleOf({ step, value }: Child, walk: ObjectWalk): Role {
  if (!walk.bears(value)) return 'other';
  if (step !== undefined && TRAINING.test(step)) return 'training';
  if (walk.isTensor(value)) return 'tensor';
  return step !== undefined && HOLDERS.test(step) ? 'holder' : 'weights';
}

/** A tensor of one element: a step count, the best accuracy so far. */
function isNumber(value: Value, walk: ObjectWalk): boolean {
  const described = walk.describe(value);
  return described.kind !== 'refused' && described.size.every((length) => length === 1);
}

/** The part of an object that a path leads to, key by key; undefined when none does. */
export function partAt(root: Value, path: string, walk: ObjectWalk): Value | undefined {
  let value: Value | undefined = root;
  let rest = path;
  while (value !== undefined && rest !== '') {
    const pairs: readonly Value[] = pairsOf(value, walk.view) ?? [];
    // The longest key first: state dicts have keys with dots in them.
    const found = entriesOf(pairs, walk.view)
      .filter(({ step }) => step !== undefined && (rest === step || rest.startsWith(`${step}.`)))
      .sort((a, b) => (b.step?.length ?? 0) - (a.step?.length ?? 0))[0];
    value = found?.value;
    rest = rest.slice((found?.step?.length ?? 0) + 1);
  }
  return value;
}
