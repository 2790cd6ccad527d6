import { PagedSource } from '../../bytes/paged-source.ts';
import type { Span } from '../../bytes/span.ts';
import { persistentLoad, PICKLES_BEFORE_OBJECT } from '../../formats/torch-legacy/index.ts';
import { storagesInOrder } from '../../formats/torch-legacy/storages-in-order.ts';
import { storageItemBytes, type StorageReference } from '../../formats/torch/storage.ts';
import { TensorError } from '../errors.ts';
import { defineTensorReader, type ReadContext } from '../reader.ts';
import { objectTensors } from '../torch/object-tensors.ts';
import { readPickledObjects, type PickledObject } from '../torch/pickled-object.ts';
import type { Storages, StoredBytes } from '../torch/place.ts';
import { storageConflicts } from '../torch/storage-conflicts.ts';

/** What torch.save wrote from 0.1.10 to 1.5, and writes when it is told to (torch/serialization.py, _legacy_load). */
export const torchLegacy = defineTensorReader({
  format: 'torch-legacy',
  read(context) {
    const { source, path, budget } = context;
    const input = { source: new PagedSource(source), path, budget, persistentLoad };
    const objects = readPickledObjects(input, PICKLES_BEFORE_OBJECT + 2);
    const object = objects[PICKLES_BEFORE_OBJECT] as PickledObject;
    const list = objects[PICKLES_BEFORE_OBJECT + 1] as PickledObject;
    checkVersion(objects[PROTOCOL_AT] as PickledObject, path);
    const spans = storageSpans(context, object, list);
    const found = objectTensors(object, context, { storages: storagesOf(context, object, spans) });
    const globals = objects.flatMap((each) => [...each.globals]);
    return { ...found, format: 'torch-legacy', metadata: new Map(), globals: [...new Set(globals)].sort() };
  },
});

/** The second pickle; torch/serialization.py, PROTOCOL_VERSION. */
const PROTOCOL_AT = 1;
const PROTOCOL_VERSION = 1001;

function checkVersion({ root, view }: PickledObject, path: string): void {
  const version = view.int(root);
  if (version === PROTOCOL_VERSION) return;
  const detail = `its protocol version is ${version ?? 'no number'}, which torch does not read`;
  throw TensorError.of('inconsistent', { path, detail });
}

/** Where the items of each storage are. @throws TensorError `ambiguous`, `inconsistent`, FormatError. */
function storageSpans(context: ReadContext, object: PickledObject, list: PickledObject): ReadonlyMap<string, Span> {
  const { source, path } = context;
  const references = new Map<string, StorageReference>();
  const conflict = storageConflicts(object.storages.values());
  for (const reference of object.storages.values()) {
    // The size of its items decides where all storages behind it are.
    const detail = conflict(reference);
    if (detail !== undefined) throw TensorError.of('ambiguous', { path, detail });
    references.set(reference.key, reference);
  }
  const spans = new Map<string, Span>();
  let end = list.outcome.end;
  for (const { storage, count, data } of storagesInOrder(source, list.outcome, references)) {
    if (count !== storage.count) {
      const detail = `storage ${storage.key} holds ${count} items, the object says ${storage.count}`;
      throw TensorError.of('inconsistent', { path, detail });
    }
    spans.set(storage.key, data);
    end = data.end;
  }
  if (end === source.size) return spans;
  throw TensorError.of('inconsistent', { path, detail: `${source.size - end} bytes follow the last storage` });
}

function storagesOf(context: ReadContext, object: PickledObject, spans: ReadonlyMap<string, Span>): Storages {
  return {
    // Items are little-endian whatever sys_info says, which the loader does not look at.
    bigEndian: false,
    pickleOrigin: { member: '', span: undefined },
    conflict: partConflicts([...object.storages.values()]),
    find(reference) {
      const span = spans.get(reference.key);
      return span === undefined ? undefined : partOf(reference, span, context);
    },
  };
}

/** The bytes that a reference means: a storage, or a part of one. */
function partOf(reference: StorageReference, span: Span, { source, path }: ReadContext): StoredBytes {
  const { key, type, part, count = 0 } = reference;
  const length = span.end - span.start;
  const origin = { member: '', span };
  const whole = { id: key, source, start: span.start, byteLength: length, sharedBytes: length, origin };
  if (part === undefined) return whole;
  if (!(part.offset >= 0 && part.count >= 0 && part.offset + part.count <= count)) {
    const detail = `a part of storage ${key} is at ${part.offset}, ${part.count} items long, of ${count}`;
    throw TensorError.of('inconsistent', { path, detail });
  }
  const itemBytes = storageItemBytes(type);
  return { ...whole, start: span.start + part.offset * itemBytes, byteLength: part.count * itemBytes };
}

/** Parts have keys of their own beside those of whole storages: the loader makes each once, of the first reference. */
function partConflicts(references: readonly StorageReference[]): (reference: StorageReference) => string | undefined {
  const first = new Map(references.map(({ key }) => [key, 'a whole storage']));
  const conflicts = new Set<string>();
  for (const { key, part } of references) {
    if (part === undefined) continue;
    const described = `${key} ${part.offset} ${part.count}`;
    if ((first.get(part.key) ?? described) !== described) conflicts.add(part.key);
    first.set(part.key, described);
  }
  return ({ part }) =>
    part !== undefined && conflicts.has(part.key)
      ? `two storages or parts of them have the key ${part.key}`
      : undefined;
}
