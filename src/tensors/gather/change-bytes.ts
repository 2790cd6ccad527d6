import type { Placement } from '../tensor.ts';

/** Bytes of a component that has a sign bit of its own, by dtype; the sign is the top bit of the last byte. */
const SIGNED_COMPONENT_BYTES: ReadonlyMap<string, number> = new Map([
  ['F16', 2],
  ['BF16', 2],
  ['F32', 4],
  ['F64', 8],
  ['C32', 2],
  ['C64', 4],
  ['C128', 8],
]);

/** What a placement asks for beyond copying, in bytes. */
export interface ByteChange {
  readonly swapBytes: number | undefined;
  /** Distance and first place of the bytes whose top bit is flipped. */
  readonly signs: { readonly first: number; readonly step: number } | undefined;
  /** Bytes that can only be changed together. */
  readonly unit: number;
}

/** @throws RangeError when signs are to be flipped of a dtype whose negation is more than a flipped bit. */
export function byteChange(dtype: string, placement: Placement): ByteChange {
  const { swapBytes, flipSigns, itemBytes = 1 } = placement;
  const unit = Math.max(itemBytes, swapBytes ?? 1);
  if (flipSigns === undefined) return { swapBytes, signs: undefined, unit };
  const component = SIGNED_COMPONENT_BYTES.get(dtype);
  if (component === undefined) throw new RangeError(`${dtype} has no sign bit to flip`);
  const step = flipSigns === 'all' ? component : 2 * component;
  const first = flipSigns === 'imaginary' ? 2 * component - 1 : component - 1;
  return { swapBytes, signs: { first, step }, unit };
}

/** Changes `bytes`, whole units of a tensor, in place. */
export function changeBytes(bytes: Uint8Array, { swapBytes, signs }: ByteChange): void {
  if (swapBytes !== undefined) swapUnits(bytes, swapBytes);
  if (signs === undefined) return;
  for (let at = signs.first; at < bytes.length; at += signs.step) bytes[at] = (bytes[at] as number) ^ 0x80;
}

function swapUnits(bytes: Uint8Array, unit: number): void {
  const last = unit - 1;
  const half = unit / 2;
  for (let at = 0; at + last < bytes.length; at += unit) {
    for (let i = 0; i < half; i += 1) {
      const kept = bytes[at + i] as number;
      bytes[at + i] = bytes[at + last - i] as number;
      bytes[at + last - i] = kept;
    }
  }
}
