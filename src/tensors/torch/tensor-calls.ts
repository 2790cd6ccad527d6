import { type CallNode, globalName, type PersistentNode, type Value } from '../../formats/pickle/values.ts';
import type { PickleView } from '../../formats/pickle/view.ts';
import type { StorageReference } from '../../formats/torch/storage.ts';
import { type DescribedTensor, type StorageView, undescribed } from './described-tensor.ts';
import { storageDtype } from './dtypes.ts';
import { describeArray, isArray } from './numpy-array.ts';
import { entriesOf, pairsOf } from './python-values.ts';

/** What is needed to read a tensor's description. */
export interface DescriptionContext {
  readonly view: PickleView;
  readonly storages: ReadonlyMap<PersistentNode, StorageReference>;
  /** How many tensors this one stands in. */
  readonly depth: number;
  /** Tensors that a persistent id stands for: the tar format keeps them outside the pickle. */
  readonly outside?: (node: PersistentNode) => StorageView | undefined;
  /** @throws LimitError when too many bytes of arrays in the pickle would have to be decoded. */
  readonly spendInline: (bytes: number) => void;
  /** Ends the reading: the description contradicts itself. */
  readonly inconsistent: (detail: string) => Error;
}

type Rebuild = (args: readonly Value[], context: DescriptionContext, callee: string) => DescribedTensor;

const refuse =
  (code: Parameters<typeof undescribed>[0], what: string): Rebuild =>
  () =>
    undescribed(code, what);

/** torch/_utils.py and torch/_tensor.py: the functions that Tensor.__reduce_ex__ names. */
const rebuilds = new Map<string, Rebuild>(
  Object.entries({
    'torch._utils._rebuild_tensor': (args, context) => storageView(args, context),
    'torch._utils._rebuild_tensor_v2': (args, context) =>
      storageView(args, context, { hooks: args[5], metadata: args[6] }),
    'torch._utils._rebuild_tensor_v3': (args, context) =>
      storageView(args, context, { hooks: args[5], dtype: args[6], metadata: args[7] }),
    'torch._utils._rebuild_parameter': (args, context) => inner(args[0], context, hookRemarks(args[2], context.view)),
    'torch._utils._rebuild_parameter_with_state': (args, context) =>
      inner(args[0], context, [...hookRemarks(args[2], context.view), ...stateRemarks(args[3], context.view)]),
    'torch._tensor._rebuild_from_type': fromType,
    'torch._tensor._rebuild_from_type_v2': fromType,
    // Where they were until 1.8: torch/serialization.py, load_module_mapping.
    'torch.tensor._rebuild_from_type': fromType,
    'torch.tensor._rebuild_from_type_v2': fromType,
    'torch._utils._rebuild_device_tensor_from_cpu_tensor': onDevice,
    'torch._utils._rebuild_device_tensor_from_numpy': onDevice,
    'torch._utils._rebuild_xla_tensor': onDevice,
    'torch._utils._rebuild_hpu_tensor': onDevice,
    'torch._utils._rebuild_qtensor': refuse('layout-quantized', 'a quantized tensor'),
    'torch._utils._rebuild_sparse_tensor': refuse('layout-sparse', 'a sparse tensor'),
    'torch._utils._rebuild_sparse_csr_tensor': refuse('layout-sparse', 'a sparse tensor'),
    'torch._utils._rebuild_nested_tensor': refuse('layout-nested', 'a nested tensor'),
    'torch._utils._rebuild_meta_tensor_no_storage': refuse('without-data', 'a tensor of the meta device'),
    'torch._utils._rebuild_wrapper_subclass': refuse('layout-unknown', 'a tensor subclass that wraps other tensors'),
  }),
);

/** Classes that stand for a part of a tensor, of which the others are in the files of other processes. */
const SHARDED =
  /^torch\.distributed\.(?:_shard|fsdp|_tensor|tensor)\b.*\.(?:ShardedTensor|DTensor|FlatParameter|_?ReplicatedTensor)$/;
const TENSOR_CLASS =
  /^torch\.(?:\w+\.)?(?:\w*Tensor|Parameter)$|^torch\.nn\.parameter\.(?:Parameter|Buffer|Uninitialized\w+)$|^torch\.autograd\.variable\.Variable$/;

/** True for what a loader would make a tensor of. */
export function isTensor(value: Value, context: Pick<DescriptionContext, 'outside'>): boolean {
  if (typeof value !== 'object') return false;
  if (value.kind === 'persistent') return context.outside?.(value) !== undefined;
  if (value.kind !== 'call') return false;
  const callee = globalName(value.callee) ?? '';
  return isRebuild(callee) || isTensorClass(callee) || isArray(value);
}

function isRebuild(callee: string): boolean {
  return callee.startsWith('torch._utils._rebuild_') || rebuilds.has(callee);
}

function isTensorClass(callee: string): boolean {
  return TENSOR_CLASS.test(callee) || SHARDED.test(callee);
}

/** Reads the description of a value that `isTensor` is true for. */
export function describeTensor(value: Value, context: DescriptionContext): DescribedTensor {
  if (typeof value === 'object' && value.kind === 'persistent') {
    const outside = context.outside?.(value);
    if (outside !== undefined) return outside;
  }
  if (typeof value !== 'object' || value.kind !== 'call') return undescribed('layout-unknown', 'no tensor');
  const callee = globalName(value.callee) ?? '';
  if (value.added !== undefined)
    return undescribed('layout-unknown', 'a tensor whose elements the pickle sets one by one');
  if (isArray(value)) return describeArray(value, context);
  if (isTensorClass(callee)) return fromState(value, callee, context);
  if (value.state !== undefined)
    return undescribed('layout-unknown', 'a tensor that is given another state afterwards');
  return rebuild(callee, context.view.items(value.args), context);
}

function rebuild(callee: string, args: readonly Value[] | undefined, context: DescriptionContext): DescribedTensor {
  const known = rebuilds.get(callee);
  if (known === undefined) return undescribed('layout-unknown', `a tensor that ${callee} makes`);
  if (args === undefined) throw context.inconsistent(`${callee} is called without a tuple of arguments`);
  return known(args, context, callee);
}

interface Further {
  readonly hooks?: Value | undefined;
  readonly dtype?: Value | undefined;
  readonly metadata?: Value | undefined;
}

function storageView(args: readonly Value[], context: DescriptionContext, further: Further = {}): DescribedTensor {
  const { view } = context;
  const storage =
    typeof args[0] === 'object' && args[0].kind === 'persistent' ? context.storages.get(args[0]) : undefined;
  if (storage === undefined) return undescribed('layout-unknown', 'a tensor of something that is no storage');
  const dtype = further.dtype === undefined ? undefined : torchName(further.dtype);
  if (further.dtype !== undefined && dtype === undefined) {
    return undescribed('dtype-unsupported', 'a tensor whose dtype is no name of torch');
  }
  const signs = signsOf(further.metadata, view);
  if (signs === undefined) return undescribed('layout-unknown', 'a tensor with metadata other than conj and neg');
  return {
    kind: 'view',
    storage,
    offset: wholeNumber(args[1], context),
    size: wholeNumbers(args[2], context),
    stride: wholeNumbers(args[3], context),
    dtype,
    ...signs,
    remarks: hookRemarks(further.hooks, view),
  };
}

/** The name of a dtype: `float8_e4m3fn` of `torch.float8_e4m3fn`. */
function torchName(value: Value | undefined): string | undefined {
  const name = value === undefined ? undefined : globalName(value);
  return name?.startsWith('torch.') === true ? name.slice('torch.'.length) : undefined;
}

/** A view's numbers; what an int64 cannot hold would make torch fail as well. */
function wholeNumber(value: Value | undefined, context: DescriptionContext): number {
  const number = context.view.int(value);
  if (number === undefined) throw context.inconsistent('a whole number of a view is something else');
  return number;
}

/** A tuple of them, bare or in a call of `torch.Size`. A list, which torch takes too, might be changed later on. */
function wholeNumbers(value: Value | undefined, context: DescriptionContext): number[] {
  const { view } = context;
  const bare =
    typeof value === 'object' && value.kind === 'call' && globalName(value.callee) === 'torch.Size'
      ? view.items(value.args)?.[0]
      : value;
  const items = typeof bare === 'object' && bare.kind === 'tuple' ? bare.items : undefined;
  if (items === undefined) throw context.inconsistent('the sizes or strides of a tensor are no tuple');
  return items.map((item) => wholeNumber(item, context));
}

/** Torch sets a bit for each key that is there; only true ones are written. Undefined for anything else. */
function signsOf(
  metadata: Value | undefined,
  view: PickleView,
): Pick<StorageView, 'conjugated' | 'negated'> | undefined {
  const signs = { conjugated: false, negated: false };
  if (metadata === undefined || view.isNone(metadata)) return signs;
  if (typeof metadata !== 'object' || metadata.kind !== 'dict') return undefined;
  for (const { step, value } of entriesOf(metadata.items, view)) {
    const constant = typeof value === 'number' ? view.constant(value) : undefined;
    if (constant?.type !== 'bool' || !constant.value) return undefined;
    if (step === 'conj') signs.conjugated = true;
    else if (step === 'neg') signs.negated = true;
    else return undefined;
  }
  return signs;
}

function hookRemarks(hooks: Value | undefined, view: PickleView): string[] {
  return (pairsOf(hooks, view)?.length ?? 0) > 0 ? ['its backward hooks are left out'] : [];
}

function stateRemarks(state: Value | undefined, view: PickleView): string[] {
  const isEmpty = state === undefined || view.isNone(state) || pairsOf(state, view)?.length === 0;
  return isEmpty ? [] : ['its Python attributes are left out'];
}

/** A tensor in another object, which only adds what a file of tensors does not hold. */
function inner(
  value: Value | undefined,
  context: DescriptionContext,
  remarks: readonly string[] = [],
): DescribedTensor {
  if (value === undefined || !isTensor(value, context)) {
    return undescribed('layout-unknown', 'a parameter of something that is no tensor');
  }
  const depth = context.depth + 1;
  if (depth > MAX_DEPTH) throw context.inconsistent(`a tensor stands in others, ${MAX_DEPTH} deep`);
  const tensor = describeTensor(value, { ...context, depth });
  return tensor.kind === 'view' ? { ...tensor, remarks: [...tensor.remarks, ...remarks] } : tensor;
}

/** A parameter of a subclass of a tensor on a device is 3; one that stands in itself must end. */
const MAX_DEPTH = 16;

/** `(function, class, arguments, state)`: what the function makes, seen as the class. */
function fromType(args: readonly Value[], context: DescriptionContext): DescribedTensor {
  const [func, type, funcArgs, state] = args;
  const callee = func === undefined ? undefined : globalName(func);
  const className = type === undefined ? undefined : globalName(type);
  if (callee === undefined || className === undefined)
    return undescribed('layout-unknown', 'a tensor of a computed class');
  if (SHARDED.test(className)) return sharded(className);
  if (className.endsWith('.FakeTensor')) return undescribed('without-data', `a ${className}`);
  if (callee.startsWith('torch._tensor._rebuild_from')) return undescribed('layout-unknown', 'a class inside a class');
  const tensor = rebuild(callee, context.view.items(funcArgs), context);
  if (tensor.kind === 'refused') return { ...tensor, detail: `${tensor.detail} (${className})` };
  if (tensor.kind === 'inline') return tensor;
  const as = TENSOR_CLASS.test(className) ? [] : [`it is taken as a plain tensor instead of a ${className}`];
  return { ...tensor, remarks: [...tensor.remarks, ...as, ...stateRemarks(state, context.view)] };
}

/** `(data, dtype, device, requires_grad)`; loading converts the data to the dtype, which here must change nothing. */
function onDevice(args: readonly Value[], context: DescriptionContext, callee: string): DescribedTensor {
  const [data, dtypeValue] = args;
  const dtype = torchName(dtypeValue);
  if (data === undefined || !isTensor(data, context) || dtype === undefined) {
    return undescribed('layout-unknown', `a tensor that ${callee} makes of something else`);
  }
  const tensor = inner(data, context);
  if (tensor.kind === 'refused') return tensor;
  const before = tensor.dtype ?? (tensor.kind === 'view' ? storageDtype(tensor.storage.type) : undefined);
  if (before === dtype) return tensor;
  return undescribed(
    'dtype-unsupported',
    `a tensor that is converted from ${before ?? 'an unknown dtype'} to ${dtype} on loading`,
  );
}

/** Before 0.4, and in TorchScript never: an empty tensor that BUILD fills; torch/_tensor.py, Tensor.__setstate__. */
function fromState(call: CallNode, callee: string, context: DescriptionContext): DescribedTensor {
  if (SHARDED.test(callee)) return sharded(callee);
  const state = context.view.items(call.state);
  if (state?.length === 4) return storageView(state, context);
  if (state?.length === 5) return inner(state[0], context, hookRemarks(state[2], context.view));
  const [data] = context.view.items(call.args) ?? [];
  if (data !== undefined && isTensor(data, context) && call.state === undefined) return inner(data, context);
  return undescribed(callee.includes('Uninitialized') ? 'without-data' : 'layout-unknown', `a call of ${callee}`);
}

function sharded(className: string): DescribedTensor {
  return undescribed(
    'layout-unknown',
    `a part of a tensor (${className}) whose other parts are in the files of other processes`,
  );
}
