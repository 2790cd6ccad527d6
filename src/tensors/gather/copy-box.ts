import type { Axis } from './axes.ts';

/** Side of the squares a transposition works in, in elements: both their rows and their columns fit the first cache. */
const TILE = 32;

/** Elements as the widest numbers that copy every bit: floating-point arrays may change the bits of a NaN. */
export interface Units {
  readonly array: Uint8Array | Uint16Array | Uint32Array;
  /** Numbers of one element. */
  readonly perItem: number;
}

/** Views `bytes`, which starts at a multiple of 4 in its buffer, as elements of `itemBytes`. */
export function unitsOf(bytes: Uint8Array, itemBytes: number): Units {
  const { buffer, byteOffset, length } = bytes;
  if (itemBytes % 4 === 0) return { array: new Uint32Array(buffer, byteOffset, length / 4), perItem: itemBytes / 4 };
  if (itemBytes % 2 === 0) return { array: new Uint16Array(buffer, byteOffset, length / 2), perItem: itemBytes / 2 };
  return { array: bytes, perItem: itemBytes };
}

interface Ends {
  readonly from: Units;
  readonly to: Units;
  /** Element at index 0 of every axis. */
  readonly fromItem: number;
  readonly toItem: number;
}

/** Copies a box of elements. Axes are in the order of the source, the farthest apart first. */
export function copyBox(axes: readonly Axis[], ends: Ends): void {
  if (axes.length === 0) return copyRow({ count: 1, from: 1, to: 1 }, ends, ends.fromItem, ends.toItem);
  const inner = axes.length - 1;
  const nearest = nearestOutput(axes);
  if (inner === nearest)
    return walk(axes.toSpliced(inner, 1), ends, (f, t) => copyRow(axes[inner] as Axis, ends, f, t));
  const outer = axes.filter((_, index) => index !== inner && index !== nearest);
  walk(outer, ends, (f, t) => copyTiles(axes[inner] as Axis, axes[nearest] as Axis, ends, { f, t }));
}

/** The axis whose neighbours are closest together in the output. */
function nearestOutput(axes: readonly Axis[]): number {
  let nearest = axes.length - 1;
  for (let i = 0; i < axes.length; i += 1) {
    if (Math.abs((axes[i] as Axis).to) < Math.abs((axes[nearest] as Axis).to)) nearest = i;
  }
  return nearest;
}

/** Calls `visit` with both places for every index of `axes`. Needs no stack however many there are. */
function walk(axes: readonly Axis[], ends: Ends, visit: (fromItem: number, toItem: number) => void): void {
  const index = axes.map(() => 0);
  let f = ends.fromItem;
  let t = ends.toItem;
  for (;;) {
    visit(f, t);
    let axis = axes.length - 1;
    for (; axis >= 0; axis -= 1) {
      const { count, from, to } = axes[axis] as Axis;
      const next = (index[axis] as number) + 1;
      f += from;
      t += to;
      if (next < count) {
        index[axis] = next;
        break;
      }
      index[axis] = 0;
      f -= from * count;
      t -= to * count;
    }
    if (axis < 0) return;
  }
}

function copyRow({ count, from, to }: Axis, ends: Ends, fromItem: number, toItem: number): void {
  const { array: source, perItem } = ends.from;
  const { array: target } = ends.to;
  if (from === 1 && to === 1) {
    const start = fromItem * perItem;
    target.set(source.subarray(start, start + count * perItem), toItem * perItem);
    return;
  }
  if (perItem === 1) {
    for (let i = 0, f = fromItem, t = toItem; i < count; i += 1, f += from, t += to) target[t] = source[f] as number;
    return;
  }
  for (let i = 0, f = fromItem * perItem, t = toItem * perItem; i < count; i += 1) {
    for (let unit = 0; unit < perItem; unit += 1) target[t + unit] = source[f + unit] as number;
    f += from * perItem;
    t += to * perItem;
  }
}

/** A transposition: what is near in the source is far in the output. In squares, so that neither side leaves the cache. */
function copyTiles(near: Axis, wide: Axis, ends: Ends, { f, t }: { readonly f: number; readonly t: number }): void {
  for (let n = 0; n < near.count; n += TILE) {
    const rows = Math.min(TILE, near.count - n);
    for (let w = 0; w < wide.count; w += TILE) {
      const columns = { ...wide, count: Math.min(TILE, wide.count - w) };
      const fromItem = f + n * near.from + w * wide.from;
      const toItem = t + n * near.to + w * wide.to;
      for (let i = 0; i < rows; i += 1) copyTileRow(columns, ends, fromItem + i * near.from, toItem + i * near.to);
    }
  }
}

/** As `copyRow`, without its case of equal order on both sides, which a short row never is. */
function copyTileRow({ count, from, to }: Axis, ends: Ends, fromItem: number, toItem: number): void {
  const { array: source, perItem } = ends.from;
  const { array: target } = ends.to;
  for (let unit = 0; unit < perItem; unit += 1) {
    let f = fromItem * perItem + unit;
    let t = toItem * perItem + unit;
    for (let i = 0; i < count; i += 1) {
      target[t] = source[f] as number;
      f += from * perItem;
      t += to * perItem;
    }
  }
}
