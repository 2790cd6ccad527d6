import { dtypeBits } from '../formats/safetensors/dtypes.ts';

/** Rank of every dtype in the reference's enum (`Dtype`), which orders tensors before their names do. */
const ranks: ReadonlyMap<string, number> = new Map([...dtypeBits.keys()].map((dtype, rank) => [dtype, rank]));

interface Ordered {
  readonly name: string;
  readonly dtype: string;
}

/** The order of tensors in a file the reference writes (`prepare`): widest dtype first, then names by their UTF-8 bytes. */
export function byDtypeAndName(a: Ordered, b: Ordered): number {
  return (ranks.get(b.dtype) ?? -1) - (ranks.get(a.dtype) ?? -1) || compareUtf8(a.name, b.name);
}

/**
 * Compares as UTF-8 bytes would, which is by code point: JavaScript's own order puts what lies beyond U+FFFF, written
 * with surrogates, before U+E000.
 */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return codePointRank(x) - codePointRank(y);
  }
  return a.length - b.length;
}

function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
