import { readNpyHeader } from '../../formats/npy/header.ts';
import { TensorError } from '../errors.ts';
import type { ReadContext } from '../reader.ts';
import { bytesOf, elementCount, fortranStrides, hasOrder, swapUnit } from '../shape.ts';
import type { RefusalCode, RefusedTensor, Tensor } from '../tensor.ts';

/** numpy's kind and size, and the dtype that has the same bits. */
const DTYPES: ReadonlyMap<string, string> = new Map([
  ['b1', 'BOOL'],
  ['i1', 'I8'],
  ['i2', 'I16'],
  ['i4', 'I32'],
  ['i8', 'I64'],
  ['u1', 'U8'],
  ['u2', 'U16'],
  ['u4', 'U32'],
  ['u8', 'U64'],
  ['f2', 'F16'],
  ['f4', 'F32'],
  ['f8', 'F64'],
  ['c8', 'C64'],
]);

const UNSUPPORTED: Readonly<Record<string, string>> = {
  O: 'Python objects',
  U: 'text',
  S: 'byte strings',
  a: 'byte strings',
  M: 'dates',
  m: 'time spans',
  c: 'complex numbers',
  f: 'floating-point numbers',
  g: 'floating-point numbers',
};

/** A dtype as numpy spells it, resolved, or why it cannot be. */
type NumpyDtype =
  | { readonly dtype: string; readonly isSwapped: boolean }
  | { readonly code: RefusalCode; readonly detail: string };

/** `<f4` and the like. `rawItemDtype` is what the user says that raw items are. */
function numpyDtype(descr: string | undefined, rawItemDtype: string | undefined): NumpyDtype {
  if (descr === undefined) return { code: 'dtype-unsupported', detail: 'structures of several fields' };
  const match = /^([<>|=]?)([A-Za-z?])(\d*)/.exec(descr);
  const [, order = '', kind = '', size = ''] = match ?? [];
  if (kind === 'V') return rawDtype(Number(size), rawItemDtype);
  const dtype = DTYPES.get(descr.slice(order.length));
  if (dtype === undefined) {
    return { code: 'dtype-unsupported', detail: `${UNSUPPORTED[kind] ?? 'items'} of dtype ${descr}` };
  }
  if (bytesOf(dtype) === 1 || order === '<' || order === '>') return { dtype, isSwapped: order === '>' };
  return { code: 'dtype-ambiguous', detail: `dtype ${descr} without a byte order` };
}

/** ml_dtypes writes bfloat16 and 8-bit floats as raw bytes; which they are is nowhere in the file. */
function rawDtype(itemBytes: number, rawItemDtype: string | undefined): NumpyDtype {
  if (rawItemDtype !== undefined && bytesOf(rawItemDtype) === itemBytes) {
    return { dtype: rawItemDtype, isSwapped: false };
  }
  const hint = rawItemDtype === undefined ? '' : `, which are no ${rawItemDtype}`;
  return { code: 'dtype-ambiguous', detail: `raw items of ${itemBytes} bytes${hint}` };
}

/** Where an array is, for its description. */
interface ArrayPlace {
  readonly name: string;
  readonly member: string;
  /** Where the bytes of `context.source` start in the file on disk; undefined when they are compressed. */
  readonly start: number | undefined;
  readonly refused: RefusedTensor[];
}

/**
 * The array of a `.npy` file or member. An array that cannot be told is put into `refused`.
 * @throws FormatError for a broken header, TensorError `inconsistent` when there is more or less data than it says.
 */
export function readArray(context: ReadContext, { name, member, start, refused }: ArrayPlace): Tensor[] {
  const { source, path, limits, options } = context;
  const { shape, fortranOrder, descr, dataStart } = readNpyHeader(source, limits);
  const resolved = numpyDtype(descr, options.rawItemDtype);
  if (!('dtype' in resolved)) {
    refused.push({ name, ...resolved });
    return [];
  }
  const { dtype, isSwapped } = resolved;
  const itemBytes = bytesOf(dtype) ?? 1;
  const elements = elementCount(shape);
  const expected = elements === undefined ? undefined : elements * itemBytes;
  const found = source.size - dataStart;
  if (expected !== found) {
    const what = member === '' ? 'the array' : member;
    const detail = `${what} of shape [${shape.join(', ')}] takes ${expected ?? 'over 2^53'} bytes, ${found} follow its header`;
    throw TensorError.of('inconsistent', { path, detail });
  }
  const strides = fortranOrder && hasOrder(shape) ? fortranStrides(shape) : undefined;
  const swapBytes = isSwapped ? swapUnit(dtype) : undefined;
  const span = start === undefined ? undefined : { start: start + dataStart, end: start + dataStart + found };
  const placement = { source, offset: dataStart, itemBytes, byteLength: found, strides, swapBytes };
  return [{ name, dtype, shape, placement, storage: undefined, origin: { member, span } }];
}
