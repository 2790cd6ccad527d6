import { FormatError } from '../../bytes/errors.ts';
import { readBytes, SliceSource } from '../../bytes/source.ts';
import type { ParseContext } from '../format.ts';
import { acts } from './nested.ts';
import { dtypeShape } from './numpy-dtype.ts';
import { type CallNode, globalName, type Value } from './values.ts';
import type { PickleView } from './view.ts';

const WRAPPER = 'joblib.numpy_pickle.NumpyArrayWrapper';

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
  if (globalName(target.callee) !== WRAPPER) return 0;
  const plan = readPlan(target, view);
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

/** The same file read by plain `pickle.load` would run these bytes as opcodes. */
function examineAsOpcodes(context: ParseContext, offset: number, length: number): void {
  const rest = new SliceSource(context.source, offset);
  if (length === 0 || !acts(rest, context, { survivesFailure: true })) return;
  context.member({ name: `array@${offset}`, source: rest, role: 'constant', offset });
}

function readPlan(target: CallNode, view: PickleView): ArrayPlan | undefined {
  const state = dictOf(target.state);
  const dtype = dtypeShape(find(state, 'dtype', view), view);
  const shape = view.items(find(state, 'shape', view));
  if (dtype === undefined || shape === undefined) return undefined;
  let count = 1;
  for (const dimension of shape) count *= view.int(dimension) ?? Number.NaN;
  const alignment = find(state, 'numpy_array_alignment_bytes', view);
  if (!Number.isSafeInteger(count) || count < 0 || !Number.isSafeInteger(count * dtype.itemBytes)) return undefined;
  return { ...dtype, count, padded: alignment !== undefined && !view.isNone(alignment) };
}

function dictOf(value: Value | undefined): readonly Value[] {
  return typeof value === 'object' && value.kind === 'dict' && value.count === value.items.length ? value.items : [];
}

/** The value of a string key in alternating keys and values; the last one wins, as in Python. */
function find(items: readonly Value[], key: string, view: PickleView): Value | undefined {
  for (let i = items.length - 2; i >= 0; i -= 2) {
    if (view.text(items[i]) === key) return items[i + 1];
  }
  return undefined;
}
