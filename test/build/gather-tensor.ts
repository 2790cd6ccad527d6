import type { Tensor } from '../../src/tensors/tensor.ts';

/** The bytes of a tensor in C order, element by element: slow, and plain enough to be trusted. */
export function gatherTensor({ shape, placement }: Tensor): Uint8Array {
  const { source, offset, itemBytes, byteLength, strides, swapBytes, flipSigns } = placement;
  const out = new Uint8Array(byteLength);
  if (itemBytes === undefined || strides === undefined) read(source, offset, out);
  else {
    const item = new Uint8Array(itemBytes);
    for (let at = 0; at * itemBytes < byteLength; at += 1) {
      let rest = at;
      let place = 0;
      for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
        const length = shape[axis] ?? 0;
        place += (rest % length) * (strides[axis] ?? 0);
        rest = Math.floor(rest / length);
      }
      read(source, offset + place * itemBytes, item);
      out.set(item, at * itemBytes);
    }
  }
  if (swapBytes !== undefined) {
    for (let at = 0; at < out.length; at += swapBytes) out.subarray(at, at + swapBytes).reverse();
  }
  if (flipSigns !== undefined) flip(out, flipSigns, itemBytes ?? 1);
  return out;
}

function read(source: Tensor['placement']['source'], offset: number, into: Uint8Array): void {
  if (into.length > 0 && source.read(offset, into) !== into.length)
    throw new Error('a tensor reaches outside its source');
}

function flip(bytes: Uint8Array, which: 'all' | 'imaginary' | 'real', itemBytes: number): void {
  // Only complex numbers of two 4-byte parts have one part flipped.
  const unit = itemBytes === 8 && which !== 'all' ? 4 : itemBytes;
  const start = which === 'imaginary' ? unit : 0;
  const step = which === 'all' ? unit : 2 * unit;
  for (let at = start + unit - 1; at < bytes.length; at += step) bytes[at] = (bytes[at] ?? 0) ^ 0x80;
}
