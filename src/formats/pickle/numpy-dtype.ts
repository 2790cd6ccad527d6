import { globalName, type Value } from './values.ts';
import type { PickleView } from './view.ts';

/** What a loader must know of a dtype to find the end of an array's raw bytes. */
export interface DtypeShape {
  /** Bytes of one item. */
  readonly itemBytes: number;
  /** True when items are Python objects, which are pickled instead of stored raw. */
  readonly hasObject: boolean;
}

/** Reads `numpy.dtype('f8', False, True)` plus its BUILD state; undefined when it is not such a call. */
export function dtypeShape(value: Value | undefined, view: PickleView): DtypeShape | undefined {
  if (typeof value !== 'object' || value.kind !== 'call' || globalName(value.callee) !== 'numpy.dtype')
    return undefined;
  const plain = spelledShape(view.text(view.items(value.args)?.[0]) ?? '');
  if (plain === undefined) return undefined;
  return value.state === undefined ? plain : stateShape(view.items(value.state), plain, view);
}

/**
 * What `__setstate__` makes of a dtype (arraydescr_setstate in numpy/_core/src/multiarray/descriptor.c). It takes the item
 * size from the state for some kinds and not for others, so one that contradicts the type's own is not trusted; -1 means
 * the type's own. Bit 0 of the flags is NPY_ITEM_HASOBJECT, which only structures decide for themselves.
 */
function stateShape(
  state: readonly Value[] | undefined,
  plain: DtypeShape & { readonly structured: boolean },
  view: PickleView,
): DtypeShape | undefined {
  const itemBytes = view.int(state?.[5]);
  const flags = view.int(state?.[7]);
  if (itemBytes === undefined || flags === undefined) return undefined;
  if (itemBytes !== -1 && itemBytes !== plain.itemBytes) return undefined;
  const hasObject = flags % 2 !== 0;
  return hasObject === plain.hasObject || plain.structured ? { itemBytes: plain.itemBytes, hasObject } : undefined;
}

/** A dtype as text: optional byte order, kind, size; `U` counts characters of 4 bytes. */
export function spelledShape(text: string): (DtypeShape & { readonly structured: boolean }) | undefined {
  const match = /^[<>|=]?([?bBhHiIuUlLqQefdgFDGOSVmMac])(\d{0,9})(?:\[[^\]]{0,40}\])?$/.exec(text);
  if (match === null) return undefined;
  const [, kind = '', digits = ''] = match;
  if (kind === 'O') return { itemBytes: 8, hasObject: true, structured: false };
  const size = digits === '' ? (DEFAULT_BYTES[kind] ?? 0) : Number(digits);
  return { itemBytes: kind === 'U' ? size * 4 : size, hasObject: false, structured: kind === 'V' };
}

const DEFAULT_BYTES: Readonly<Record<string, number>> = {
  '?': 1,
  b: 1,
  B: 1,
  h: 2,
  H: 2,
  i: 4,
  I: 4,
  l: 8,
  L: 8,
  q: 8,
  Q: 8,
  e: 2,
  f: 4,
  d: 8,
  g: 16,
  F: 8,
  D: 16,
  G: 32,
  M: 8,
  m: 8,
  c: 1,
};
