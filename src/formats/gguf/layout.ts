import type { Span } from '../../bytes/span.ts';
import type { FaultLog } from '../structure-fault.ts';
import type { GgufFaultCode, GgufTensor } from './gguf-file.ts';
import { tensorTypes } from './tensor-types.ts';

/** ggml keeps element counts in an int64 and refuses products that reach its end (gguf.cpp). */
const MAX_ELEMENTS = 2n ** 63n - 1n;

/** Where tensor data is: `dataStart` in a file of `fileSize` bytes, tensors padded to `alignment`. */
export interface GgufArea {
  readonly dataStart: number;
  readonly fileSize: number;
  readonly alignment: number;
}

interface Placed {
  readonly tensor: GgufTensor;
  readonly start: bigint;
  readonly end: bigint;
}

/**
 * Checks every tensor's shape, type and place, and returns where in the file they are, padding included. Arithmetic is on big integers: overflow is what is looked for
 * (CVE-2025-53630, CVE-2026-27940, CVE-2026-33298).
 */
export function checkLayout(
  tensors: readonly GgufTensor[],
  area: GgufArea,
  faults: FaultLog<GgufFaultCode>,
): { readonly spans: readonly Span[]; readonly end: number } {
  const available = BigInt(Math.max(0, area.fileSize - area.dataStart));
  const placed = tensors.map((tensor, index) => place(tensor, tensors[index + 1], available, faults));
  const spans: Span[] = [];
  let end = 0n;
  for (const one of inOrder(placed, faults)) {
    checkNeighbour(one, end, faults);
    const padded = roundUp(one.end, BigInt(area.alignment));
    spans.push({ start: inFile(one.start, area), end: inFile(padded, area) });
    if (padded > end) end = padded;
  }
  return { spans, end: inFile(end, area) };
}

function inFile(offset: bigint, { dataStart, fileSize }: GgufArea): number {
  return Math.max(Math.min(dataStart + Number(offset), fileSize), Math.min(dataStart, fileSize));
}

function inOrder(placed: Placed[], faults: FaultLog<GgufFaultCode>): readonly Placed[] {
  const moved = placed.find((one, index) => index > 0 && one.start < (placed[index - 1] as Placed).start);
  if (moved === undefined) return placed;
  const { name, info } = moved.tensor;
  faults.add('tensor-order', 'tensors are not stored in the order they are listed', info, name);
  return placed.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
}

function checkNeighbour(one: Placed, expected: bigint, faults: FaultLog<GgufFaultCode>): void {
  if (one.start === expected) return;
  const { name, info } = one.tensor;
  const code = one.start < expected ? 'tensor-overlap' : 'tensor-gap';
  faults.add(code, `${name} starts at ${one.start}, the tensors before it end at ${expected}`, info, name);
}

function place(
  tensor: GgufTensor,
  next: GgufTensor | undefined,
  available: bigint,
  faults: FaultLog<GgufFaultCode>,
): Placed {
  const size = byteSize(tensor, faults) ?? (next === undefined ? available : next.offset) - tensor.offset;
  const end = tensor.offset + (size > 0n ? size : 0n);
  if (end > available) {
    const detail = `${tensor.name} reaches byte ${end} of the tensor data, the file ends at ${available}`;
    faults.add('tensor-beyond-file', detail, tensor.info, tensor.name);
  }
  return { tensor, start: tensor.offset, end };
}

/** Bytes the tensor takes; undefined when its type is unknown. */
function byteSize(tensor: GgufTensor, faults: FaultLog<GgufFaultCode>): bigint | undefined {
  const { name, dimensions, info } = tensor;
  const elements = dimensions.reduce((product, dimension) => product * dimension, 1n);
  if (elements >= MAX_ELEMENTS || dimensions.some((dimension) => dimension >= MAX_ELEMENTS)) {
    faults.add('dimension-overflow', `${name} has shape ${dimensions.join(' × ')}`, info, name);
  }
  const type = tensorTypes.get(tensor.type);
  if (type === undefined) {
    faults.add('unknown-tensor-type', `${name} has type ${tensor.type}`, info, name);
    return undefined;
  }
  if (type.retired === true) faults.add('retired-tensor-type', `${name} has type ${type.name}`, info, name);
  const perRow = dimensions[0] ?? 1n;
  if (perRow % BigInt(type.elements) !== 0n) {
    const detail = `${name} has rows of ${perRow} elements, ${type.name} comes in blocks of ${type.elements}`;
    faults.add('partial-block', detail, info, name);
  }
  return ((elements + BigInt(type.elements) - 1n) / BigInt(type.elements)) * BigInt(type.bytes);
}

function roundUp(value: bigint, step: bigint): bigint {
  return ((value + step - 1n) / step) * step;
}
