import type { StructureFault } from '../structure-fault.ts';
import { storageItemBytes, type StorageReference } from '../torch/storage.ts';
import type { ZipEntry, ZipListing } from '../zip/entry.ts';

type TorchFaultCode =
  /** The object refers to a storage that the archive does not hold. */
  | 'missing-record'
  /** A record has another size than the object says: with mmap, torch reads its neighbours' bytes. */
  | 'record-size'
  /** A compressed record: with mmap, torch takes the compressed bytes as weights. */
  | 'compressed-record'
  /** One storage is used with two types; the first one wins. */
  | 'two-types'
  /** Members lie under several roots; torch takes the first. */
  | 'several-roots';

export type TorchFault = StructureFault<TorchFaultCode>;

/** What a torch archive contradicts itself in. */
export interface TorchArchive {
  readonly faults: readonly TorchFault[];
}

const NOWHERE = { start: 0, end: 0 };

/** torch takes the folder of the first entry as the root of all (caffe2/serialize/inline_container.cc). */
export function rootsOf(listing: ZipListing): TorchFault[] {
  const roots = new Set(listing.entries.map((entry) => entry.name.slice(0, Math.max(0, entry.name.indexOf('/')))));
  if (roots.size <= 1) return [];
  const shown = [...roots].slice(0, 5).map((root) => JSON.stringify(root));
  return [{ code: 'several-roots', detail: `members lie under ${shown.join(', ')}`, span: NOWHERE }];
}

/** Compares the storages an object refers to with the records `<root>/data/<key>`. */
export function checkRecords(listing: ZipListing, root: string, storages: readonly StorageReference[]): TorchFault[] {
  const records = new Map<string, ZipEntry>();
  for (const entry of listing.entries) records.set(entry.name.toLowerCase(), entry);
  const faults: TorchFault[] = [];
  const types = new Map<string, string>();
  for (const storage of storages) {
    const type = types.get(storage.key);
    if (type === undefined) {
      types.set(storage.key, storage.type);
      faults.push(...checkRecord(records.get(`${root}/data/${storage.key}`.toLowerCase()), storage));
    } else if (type !== storage.type) {
      faults.push(fault('two-types', `storage ${storage.key} is used as ${type} and as ${storage.type}`, storage.key));
    }
  }
  return faults;
}

function checkRecord(record: ZipEntry | undefined, storage: StorageReference): TorchFault[] {
  const { key, type, count } = storage;
  // A storage without items has no record.
  if (record === undefined) return count === 0 ? [] : [fault('missing-record', `storage ${key} has no record`, key)];
  const faults: TorchFault[] = [];
  if (record.method !== 'stored')
    faults.push(fault('compressed-record', `storage ${key} is compressed (${record.method})`, key, record));
  const wanted = (count ?? Number.NaN) * storageItemBytes(type);
  if (!Number.isNaN(wanted) && record.size !== wanted) {
    faults.push(
      fault('record-size', `storage ${key} holds ${record.size} bytes, the object says ${wanted}`, key, record),
    );
  }
  return faults;
}

function fault(code: TorchFaultCode, detail: string, key: string, record?: ZipEntry): TorchFault {
  return { code, detail, span: record?.data ?? NOWHERE, pointer: `data/${key}` };
}
