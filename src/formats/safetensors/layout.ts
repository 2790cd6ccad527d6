import type { Span } from '../../bytes/span.ts';
import type { FaultLog } from '../structure-fault.ts';
import { dtypeBits } from './dtypes.ts';
import type { SafetensorsFaultCode, SafetensorsTensor } from './safetensors-file.ts';

const MAX_U64 = 2n ** 64n - 1n;
/** No axis of a real tensor is this long; even beside a zero it only serves to overflow a reader's arithmetic. */
const ABSURD_DIMENSION = 2n ** 53n;

/** What tensors cover of the data, in ascending order, and what lies between. Offsets from the start of the data. */
export interface DataLayout {
  readonly tensors: readonly Span[];
  readonly holes: readonly Span[];
  /** Where the last tensor ends, at most `dataBytes`. */
  readonly end: number;
}

/**
 * Checks sizes and places as the reference does (safetensors `Metadata::validate`): sorted by offset, each tensor
 * starts where the one before ends, and the last one ends with the file.
 */
export function checkLayout(
  tensors: readonly SafetensorsTensor[],
  dataBytes: number,
  faults: FaultLog<SafetensorsFaultCode>,
): DataLayout {
  for (const tensor of tensors) checkSize(tensor, faults);
  const ordered = tensors.toSorted(byRange);
  const spans: Span[] = [];
  const holes: Span[] = [];
  let expected = 0n;
  for (const tensor of ordered) {
    checkRange(tensor, expected, dataBytes, faults);
    if (tensor.begin > expected) holes.push(clamp(expected, tensor.begin, dataBytes));
    spans.push(clamp(tensor.begin, tensor.end, dataBytes));
    if (tensor.end > expected) expected = tensor.end;
  }
  return { tensors: spans, holes, end: Math.min(Number(expected), dataBytes) };
}

function byRange(a: SafetensorsTensor, b: SafetensorsTensor): number {
  if (a.begin !== b.begin) return a.begin < b.begin ? -1 : 1;
  return a.end < b.end ? -1 : a.end > b.end ? 1 : 0;
}

function clamp(start: bigint, end: bigint, size: number): Span {
  return { start: Math.min(Number(start), size), end: Math.min(Number(end), size) };
}

function checkRange(
  tensor: SafetensorsTensor,
  expected: bigint,
  dataBytes: number,
  faults: FaultLog<SafetensorsFaultCode>,
): void {
  const { name, begin, end, entry } = tensor;
  if (end < begin) faults.add('reversed-range', `${name} ends at ${end}, before it starts at ${begin}`, entry, name);
  if (end > BigInt(dataBytes) || begin > BigInt(dataBytes)) {
    faults.add('range-beyond-file', `${name} reaches byte ${end} of ${dataBytes}`, entry, name);
  }
  if (begin === expected) return;
  const code = begin < expected ? 'range-overlap' : 'range-hole';
  faults.add(code, `${name} starts at ${begin}, the tensors before it end at ${expected}`, entry, name);
}

function checkSize(tensor: SafetensorsTensor, faults: FaultLog<SafetensorsFaultCode>): void {
  const { name, dtype, shape, begin, end, entry } = tensor;
  const bitsEach = dtypeBits.get(dtype);
  if (bitsEach === undefined) {
    faults.add('unknown-dtype', `${name} has dtype ${dtype.slice(0, 64)}`, entry, name);
    return;
  }
  const bits = product(shape, bitsEach);
  if (bits === undefined) {
    faults.add('shape-overflow', `${name} has shape [${shape.slice(0, 8).join(', ')}]`, entry, name);
  } else if (bits % 8n !== 0n || bits / 8n !== end - begin) {
    const detail = `${name} takes ${end - begin} bytes, its shape and dtype make ${bits} bits`;
    faults.add('size-mismatch', detail, entry, name);
  }
}

/** The number of bits, or undefined when a 64-bit product overflows on the way or an axis is absurd. */
function product(shape: readonly bigint[], bitsEach: bigint): bigint | undefined {
  let elements = 1n;
  for (const dimension of shape) {
    elements *= dimension;
    if (elements > MAX_U64 || dimension >= ABSURD_DIMENSION) return undefined;
  }
  const bits = elements * bitsEach;
  return bits > MAX_U64 ? undefined : bits;
}
