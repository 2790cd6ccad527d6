import { BufferSource, SliceSource } from '../../bytes/source.ts';
import { type CallNode, globalName, type Value } from '../../formats/pickle/values.ts';
import type { PickleView } from '../../formats/pickle/view.ts';
import { type DescribedTensor, type InlineArray, undescribed } from './described-tensor.ts';
import { dtypeNamed } from './dtypes.ts';

interface ArrayContext {
  readonly view: PickleView;
  readonly spendInline: (bytes: number) => void;
  readonly inconsistent: (detail: string) => Error;
}

const RECONSTRUCT = /^numpy\.(?:_core|core)\.multiarray\._reconstruct$/;

/** Kind and bytes of a NumPy dtype by the dtype torch.from_numpy gives. */
const DTYPES: Readonly<Record<string, string>> = {
  b1: 'bool',
  '?': 'bool',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  c8: 'complex64',
  c16: 'complex128',
};

/** True for the call that NumPy's arrays are pickled as up to protocol 4. */
export function isArray(call: CallNode): boolean {
  return RECONSTRUCT.test(globalName(call.callee) ?? '');
}

/**
 * Reads `_reconstruct(ndarray, (0,), b'b')` and its state `(version, shape, dtype, is_fortran, bytes)`;
 * array_setstate in numpy/_core/src/multiarray/methods.c.
 */
export function describeArray(call: CallNode, context: ArrayContext): DescribedTensor {
  const { view } = context;
  const [, shape, dtypeValue, columnMajor, data] = view.items(call.state) ?? [];
  const isTuple = typeof shape === 'object' && shape.kind === 'tuple';
  const size = (isTuple ? shape.items : undefined)?.map((item) => view.int(item) ?? Number.NaN);
  if (size === undefined || size.some((count) => !(count >= 0))) {
    throw context.inconsistent('the shape of an array of NumPy is no tuple of whole numbers');
  }
  const dtype = describeDtype(dtypeValue, view);
  if (dtype === undefined)
    return undescribed('dtype-unsupported', 'an array of NumPy whose items are no plain numbers');
  const bytes = bytesOf(data, context);
  if (bytes === undefined) return undescribed('without-data', 'an array of NumPy whose items are not in the pickle');
  const wanted = size.reduce((product, count) => product * count, 1) * dtype.itemBytes;
  if (bytes.length !== wanted) {
    throw context.inconsistent(`an array of NumPy has ${bytes.length} bytes, its shape needs ${wanted}`);
  }
  return {
    kind: 'inline',
    ...bytes,
    size,
    dtype: dtype.name,
    bigEndian: dtype.bigEndian,
    columnMajor: isTrue(columnMajor, view),
  };
}

function isTrue(value: Value | undefined, view: PickleView): boolean {
  if (typeof value !== 'number') return false;
  const constant = view.constant(value);
  return constant.type === 'bool' ? constant.value : constant.type === 'int' && constant.value !== 0n;
}

interface ArrayDtype {
  readonly name: string;
  readonly itemBytes: number;
  readonly bigEndian: boolean;
}

/** `numpy.dtype('f4', …)` with the byte order that its state names. */
function describeDtype(value: Value | undefined, view: PickleView): ArrayDtype | undefined {
  if (typeof value !== 'object' || value.kind !== 'call') return undefined;
  if (globalName(value.callee) !== 'numpy.dtype') return undefined;
  const spelled = view.text(view.items(value.args)?.[0]) ?? '';
  const name = DTYPES[/^[<>|=]?(\?|[biufc]\d{1,2})$/.exec(spelled)?.[1] ?? ''];
  const known = dtypeNamed(name ?? '');
  const order = byteOrder(spelled, view.items(value.state), view);
  if (name === undefined || known === undefined || order === undefined) return undefined;
  return { name, itemBytes: known.itemBytes, bigEndian: order === '>' };
}

/** What the state says in place of the spelling; undefined for one with subarrays or fields, which is no number. */
function byteOrder(spelled: string, state: readonly Value[] | undefined, view: PickleView): string | undefined {
  if (state === undefined) return spelled[0];
  return [2, 3, 4].every((at) => view.isNone(state[at])) ? view.text(state[1]) : undefined;
}

type Bytes = Pick<InlineArray, 'source' | 'start'> & { readonly length: number };

/** The raw bytes: a bytes constant, or text whose letters are bytes, as protocols 0 to 2 spell them. */
function bytesOf(value: Value | undefined, context: ArrayContext): Bytes | undefined {
  if (typeof value === 'number') return constantBytes(value, context.view);
  if (value?.kind !== 'call') return undefined;
  const callee = globalName(value.callee);
  const args = context.view.items(value.args);
  // Protocol 2 has no spelling for no bytes at all.
  if (callee === 'builtins.bytes' && args?.length === 0) return inMemory(new Uint8Array(0));
  return callee === '_codecs.encode' ? encodedBytes(args ?? [], context) : undefined;
}

/** Bytes that are read where they stand, Python 2's byte strings included unless they are written as a quoted line. */
function constantBytes(value: number, view: PickleView): Bytes | undefined {
  const constant = view.constant(value, 0);
  const isRaw = constant.type === 'bytes' || (constant.type === 'str' && 'TU'.includes(opcodeOf(value, view)));
  if (!isRaw) return undefined;
  const { size, content } = constant;
  return { source: new SliceSource(view.source, content, size), start: 0, length: size };
}

function encodedBytes([text, encoding]: readonly Value[], context: ArrayContext): Bytes | undefined {
  if (!/^latin-?1$/i.test(context.view.text(encoding) ?? '') || typeof text !== 'number') return undefined;
  const bytes = latin1Bytes(text, context);
  return bytes === undefined ? undefined : inMemory(bytes);
}

function inMemory(bytes: Uint8Array): Bytes {
  return { source: new BufferSource(bytes), start: 0, length: bytes.length };
}

function opcodeOf(value: number, view: PickleView): string {
  return String.fromCharCode(view.opcodeAt(value));
}

/** Text is UTF-8 in the pickle, one or two bytes for each byte of the array, so it has to be decoded whole. */
function latin1Bytes(text: number, { view, spendInline }: ArrayContext): Uint8Array | undefined {
  const head = view.constant(text, 0);
  if (head.type !== 'str') return undefined;
  spendInline(head.size);
  const constant = view.constant(text, head.size);
  if (constant.type !== 'str') return undefined;
  const bytes = new Uint8Array(constant.text.length);
  for (let at = 0; at < bytes.length; at += 1) {
    const code = constant.text.charCodeAt(at);
    if (code > 0xff) return undefined;
    bytes[at] = code;
  }
  return bytes;
}
