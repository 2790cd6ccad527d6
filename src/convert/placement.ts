import { bottomPlace, type Source } from '../bytes/source.ts';
import { dtypeBits } from '../formats/safetensors/dtypes.ts';
import { isContiguous } from '../tensors/shape.ts';
import type { Tensor } from '../tensors/tensor.ts';

/** Dtypes whose sign is one bit of their own: what a lazily negated or conjugated tensor can be told in. */
const SIGNED: ReadonlySet<string> = new Set(['F16', 'BF16', 'F32', 'F64', 'C64']);

/** A run of bytes at the bottom of all windows. */
export interface ByteRange {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** Where the bytes of a tensor can be copied from as they are; undefined when its elements must be put in order or changed. */
export function plainRange({ shape, placement }: Tensor): ByteRange | undefined {
  const { source, offset, byteLength, strides, swapBytes, flipSigns } = placement;
  if (swapBytes !== undefined || flipSigns !== undefined) return undefined;
  if (strides !== undefined && !isContiguous(shape, strides)) return undefined;
  const place = bottomPlace(source, offset);
  return { source: place.source, start: place.offset, end: place.offset + byteLength };
}

/** The bytes that hold the elements, gaps between them included. */
export function extentOf({ shape, placement }: Tensor): ByteRange {
  const { source, offset, itemBytes, byteLength, strides } = placement;
  const place = bottomPlace(source, offset);
  if (byteLength === 0) return { source: place.source, start: place.offset, end: place.offset };
  if (strides === undefined || itemBytes === undefined) {
    return { source: place.source, start: place.offset, end: place.offset + byteLength };
  }
  let [low, high] = [0, 0];
  for (const [axis, size] of shape.entries()) {
    const reach = (size - 1) * (strides[axis] ?? 0);
    if (reach < 0) low += reach;
    else high += reach;
  }
  return {
    source: place.source,
    start: place.offset + low * itemBytes,
    end: place.offset + (high + 1) * itemBytes,
  };
}

/** Why a safetensors file cannot hold a tensor as it is placed; undefined when it can. */
export function unwritable({ dtype, shape, placement }: Tensor): string | undefined {
  const bits = dtypeBits.get(dtype);
  if (bits === undefined) return `safetensors has no dtype ${dtype}`;
  if (placement.flipSigns !== undefined && !SIGNED.has(dtype)) return `a lazily negated tensor of ${dtype}`;
  const expected = shape.reduce((product, size) => product * BigInt(size), bits);
  if (expected === BigInt(placement.byteLength) * 8n) return undefined;
  return `${placement.byteLength} bytes for ${expected} bits of ${dtype} [${shape.join(', ')}]`;
}
