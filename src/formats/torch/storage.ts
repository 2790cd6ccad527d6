import type { PickleEvent } from '../pickle/events.ts';
import { globalName, type Value } from '../pickle/values.ts';
import type { PickleView } from '../pickle/view.ts';

/** A storage as a persistent id names it: `('storage', Type, key, location, count[, view])`. */
export interface StorageReference {
  /** `torch.FloatStorage`, `torch.storage.UntypedStorage` … */
  readonly type: string;
  readonly key: string;
  /** Items, of the type's size; bytes for untyped storages. */
  readonly count: number | undefined;
  /** The part of the storage that is meant, in items: before 1.6 views of a storage were storages of their own. */
  readonly part?: { readonly key: string; readonly offset: number; readonly count: number };
}

/** The storage an event refers to; undefined for any other event or id. */
export function storageOf(event: PickleEvent): StorageReference | undefined {
  return event.kind === 'persistent' ? storageReference(event.node.id, event.view) : undefined;
}

/** The storage a persistent id names; undefined when it is not of that form. */
export function storageReference(id: Value, view: PickleView): StorageReference | undefined {
  const items = view.items(id);
  if (items === undefined || view.text(items[0]) !== 'storage') return undefined;
  const type = globalName(items[1]);
  const key = view.text(items[2]);
  if (type === undefined || key === undefined) return undefined;
  const part = partOf(items[5], view);
  return { type, key, count: view.int(items[4]), ...(part === undefined ? {} : { part }) };
}

/** `view_metadata` of torch/serialization.py, _legacy_save: `(key, offset, size)` or None. */
function partOf(metadata: Value | undefined, view: PickleView): StorageReference['part'] {
  const items = view.items(metadata);
  const key = view.text(items?.[0]);
  if (items === undefined || key === undefined) return undefined;
  return { key, offset: view.int(items[1]) ?? Number.NaN, count: view.int(items[2]) ?? Number.NaN };
}

const ITEM_BYTES: Readonly<Record<string, number>> = {
  DoubleStorage: 8,
  FloatStorage: 4,
  HalfStorage: 2,
  BFloat16Storage: 2,
  LongStorage: 8,
  IntStorage: 4,
  ShortStorage: 2,
  CharStorage: 1,
  ByteStorage: 1,
  BoolStorage: 1,
  ComplexDoubleStorage: 16,
  ComplexFloatStorage: 8,
  QUInt8Storage: 1,
  QInt8Storage: 1,
  QInt32Storage: 4,
  QUInt4x2Storage: 1,
  QUInt2x4Storage: 1,
  UntypedStorage: 1,
};

/** Bytes of one item of a storage type; NaN for one torch does not have, so that no size computed from it holds. */
export function storageItemBytes(type: string): number {
  return ITEM_BYTES[type.slice(type.lastIndexOf('.') + 1)] ?? Number.NaN;
}
