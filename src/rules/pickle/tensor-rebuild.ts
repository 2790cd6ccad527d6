import { storageReference } from '../../formats/torch/storage.ts';
import { globalName, type Value } from '../../formats/pickle/values.ts';
import type { PickleView } from '../../formats/pickle/view.ts';
import type { ConstrainedCall } from './constraints.ts';

/** Dimensions torch itself can index; more is an attack on whoever walks them. */
const MAX_DIMENSIONS = 64;

/**
 * Proves that `_rebuild_tensor*(storage, offset, size, stride, …)` only makes a view inside a storage of the file,
 * as torch.Tensor's own checks would (torch/_utils.py; aten/src/ATen/native/Resize.h). Returns what is wrong.
 */
export function tensorProblem({ args, view }: ConstrainedCall): string | undefined {
  const [storage, offset, size, stride] = args;
  const items = storageItems(storage, view);
  if (items === undefined) return 'its storage is not one of the file';
  const start = view.int(offset);
  const sizes = naturals(size, view);
  const strides = naturals(stride, view);
  if (start === undefined || start < 0 || sizes === undefined || strides === undefined) {
    return 'offset, size and stride are not natural numbers';
  }
  if (sizes.length !== strides.length) return `it has ${sizes.length} sizes and ${strides.length} strides`;
  const last = lastIndex(start, sizes, strides);
  return last >= items ? `it reaches item ${last} of a storage of ${items}` : undefined;
}

/** Items of a storage, `Infinity` when the file does not say in the tensor's own unit. */
function storageItems(value: Value | undefined, view: PickleView): number | undefined {
  if (typeof value !== 'object') return undefined;
  if (value.kind === 'persistent') {
    const reference = storageReference(value.id, view);
    if (reference === undefined) return undefined;
    return reference.type.endsWith('.UntypedStorage') ? Number.POSITIVE_INFINITY : reference.count;
  }
  const maker = value.kind === 'call' ? globalName(value.callee) : undefined;
  const loadsNested = maker === 'torch.storage._load_from_bytes' || maker === 'torch.storage.TypedStorage';
  return loadsNested ? Number.POSITIVE_INFINITY : undefined;
}

function naturals(value: Value | undefined, view: PickleView): number[] | undefined {
  const items = view.items(value);
  if (items === undefined || items.length > MAX_DIMENSIONS) return undefined;
  const numbers = items.map((item) => view.int(item) ?? -1);
  return numbers.every((number) => number >= 0) ? numbers : undefined;
}

/** The highest item a view touches; -1 for an empty one, wherever it claims to start. */
function lastIndex(start: number, sizes: readonly number[], strides: readonly number[]): number {
  if (sizes.includes(0)) return -1;
  return sizes.reduce((last, size, axis) => last + (size - 1) * (strides[axis] as number), start);
}
