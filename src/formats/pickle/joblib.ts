import { FormatError } from '../../bytes/errors.ts';
import { readBytes } from '../../bytes/source.ts';
import type { ParseContext } from '../format.ts';
import { PickleMachine } from './machine.ts';
import { acts } from './nested.ts';
import { dtypeShape } from './numpy-dtype.ts';
import { type CallNode, globalName, type Value } from './values.ts';
import type { PickleView } from './view.ts';

const WRAPPER = 'joblib.numpy_pickle.NumpyArrayWrapper';

/** Opcodes after which an array's bytes are more than noise. */
const RUNNING_OPCODES = 256;

/** Where the raw bytes of an array stand in a joblib stream. */
interface ArrayPlan {
  readonly itemBytes: number;
  readonly count: number;
  readonly hasObject: boolean;
  readonly padded: boolean;
}

/**
 * joblib writes an array's bytes into the stream right after the wrapper that describes it, and its unpickler skips
 * them (joblib/numpy_pickle.py, NumpyArrayWrapper.read_array). Returns how many bytes follow at `offset`.
 * `pickleAt` examines the pickle that stands there for an array of objects and returns its end.
 */
export function rawArrayBytes(
  context: ParseContext,
  target: CallNode,
  view: PickleView,
  offset: number,
  pickleAt: (start: number) => number,
): number {
  if (!isWrapper(target, view)) return 0;
  // joblib only ever writes NEWOBJ; made by a factory, its unpickler reads an array all the same.
  const plan = globalName(target.callee) === WRAPPER ? readPlan(target, view) : undefined;
  if (plan === undefined) {
    const error = { expected: 'a NumpyArrayWrapper with shape and dtype', found: 'another state', offset };
    throw FormatError.of('malformed', error);
  }
  context.detail('loader', 'joblib');
  if (plan.hasObject) return pickleAt(offset) - offset;
  const padding = plan.padded ? 1 + (readBytes(context.source, offset, 1)[0] ?? 0) : 0;
  const length = padding + plan.count * plan.itemBytes;
  examineAsOpcodes(context, offset, length);
  return length;
}

/** True for what joblib's unpickler takes for a wrapper after BUILD, however it was made. */
function isWrapper(target: CallNode, view: PickleView): boolean {
  if (globalName(target.callee) === WRAPPER) return true;
  return view.items(target.args)?.some((value) => globalName(value) === WRAPPER) ?? false;
}

/**
 * The same file read by plain `pickle.load` would run these bytes as opcodes, on the stack that the pickle had left:
 * opcodes that would fail on an empty one may work there.
 */
function examineAsOpcodes(context: ParseContext, offset: number, length: number): void {
  const { source, budget } = context;
  if (length === 0) return;
  // Few arrays run this far, and only those made for it by the dozen.
  const trial = new PickleMachine(source, { budget, start: offset, stopAfter: RUNNING_OPCODES }).run();
  if (trial.opcodes >= RUNNING_OPCODES) budget.spendRunningArray();
  if (!acts(source, context, { start: offset, survivesFailure: true })) return;
  new PickleMachine(source, { budget, start: offset, onEvent: (event) => context.emit('pickle-event', event) }).run();
}

function readPlan(target: CallNode, view: PickleView): ArrayPlan | undefined {
  const state = dictOf(target.state, view);
  if (state === undefined) return undefined;
  const dtype = dtypeShape(find(state, 'dtype', view), view);
  const shape = view.items(find(state, 'shape', view));
  if (dtype === undefined || shape === undefined) return undefined;
  let count = 1;
  for (const dimension of shape) count *= view.int(dimension) ?? Number.NaN;
  const alignment = find(state, 'numpy_array_alignment_bytes', view);
  if (!Number.isSafeInteger(count) || count < 0 || !Number.isSafeInteger(count * dtype.itemBytes)) return undefined;
  return { ...dtype, count, padded: alignment !== undefined && !view.isNone(alignment) };
}

/** Keys and values of a dict that was followed whole and whose keys are all constants: a computed key may be any. */
function dictOf(value: Value | undefined, view: PickleView): readonly Value[] | undefined {
  if (typeof value !== 'object' || value.kind !== 'dict' || !value.complete) return undefined;
  return value.items.every((item, i) => i % 2 === 1 || view.text(item) !== undefined) ? value.items : undefined;
}

/** The value of a string key in alternating keys and values; the last one wins, as in Python. */
function find(items: readonly Value[], key: string, view: PickleView): Value | undefined {
  for (let i = items.length - 2; i >= 0; i -= 2) {
    if (view.text(items[i]) === key) return items[i + 1];
  }
  return undefined;
}
