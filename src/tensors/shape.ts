import { dtypeBits } from '../formats/safetensors/dtypes.ts';

/** Number of elements of a shape; undefined when it passes 2^53, which no file can hold. */
export function elementCount(shape: readonly number[]): number | undefined {
  let count = 1;
  for (const size of shape) {
    count *= size;
    if (!Number.isSafeInteger(count)) return shape.includes(0) ? 0 : undefined;
  }
  return count;
}

/** Bytes of one element of a safetensors dtype; undefined for packed ones and for names that are none. */
export function bytesOf(dtype: string): number | undefined {
  const bits = dtypeBits.get(dtype);
  return bits === undefined || bits % 8n !== 0n ? undefined : Number(bits / 8n);
}

/** Strides of an array that is stored with its first axis innermost, as Fortran does. */
export function fortranStrides(shape: readonly number[]): number[] {
  let step = 1;
  return shape.map((size) => {
    const stride = step;
    step *= size;
    return stride;
  });
}

/** True when the first axis being innermost makes a difference. */
export function hasOrder(shape: readonly number[]): boolean {
  return shape.filter((size) => size !== 1).length > 1;
}

/** The unit in which bytes of an element are reversed; complex numbers consist of two. */
export function swapUnit(dtype: string): 2 | 4 | 8 | undefined {
  const bytes = dtype === 'C64' ? 4 : bytesOf(dtype);
  return bytes === 2 || bytes === 4 || bytes === 8 ? bytes : undefined;
}

/** True when the elements lie in C order without gaps. The stride of an axis of one element means nothing. */
export function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  if (shape.includes(0)) return true;
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    const size = shape[axis] as number;
    if (size !== 1 && strides[axis] !== expected) return false;
    expected *= size;
  }
  return true;
}
