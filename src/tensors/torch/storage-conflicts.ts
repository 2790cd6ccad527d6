import type { StorageReference } from '../../formats/torch/storage.ts';
import { storageDtype } from './dtypes.ts';

/**
 * Finds storages that an object refers to in more than one way. Torch makes a storage of the first reference and takes
 * it for all others, so which types and sizes hold depends on the order; torch.save writes nothing of the kind.
 */
export function storageConflicts(
  references: Iterable<StorageReference>,
): (reference: StorageReference) => string | undefined {
  const first = new Map<string, StorageReference>();
  const conflicts = new Map<string, string>();
  for (const reference of references) {
    const { key } = reference;
    const known = first.get(key);
    if (known === undefined) first.set(key, reference);
    else if (kindOf(known) !== kindOf(reference)) {
      conflicts.set(key, `storage ${key} is used as ${known.type} and as ${reference.type}`);
    } else if (known.count !== reference.count) {
      conflicts.set(key, `storage ${key} has ${known.count} items and ${reference.count}`);
    }
  }
  return ({ key }) => conflicts.get(key);
}

/** Bytes are bytes: a tensor of uint8 may share them with one whose dtype is said elsewhere. */
function kindOf({ type }: StorageReference): string {
  return storageDtype(type) ?? type;
}
