import { FormatError } from '../../bytes/errors.ts';
import { PagedSource } from '../../bytes/paged-source.ts';
import { SliceSource, type Source } from '../../bytes/source.ts';
import { globalName, type Value } from '../../formats/pickle/values.ts';
import type { PickleView } from '../../formats/pickle/view.ts';
import { readTar, type TarEntry } from '../../formats/tar/read-tar.ts';
import { countOf, readItems, readShape } from '../../formats/torch-tar/parts.ts';
import { storageItemBytes } from '../../formats/torch/storage.ts';
import { TensorError } from '../errors.ts';
import { defineTensorReader, type ReadContext } from '../reader.ts';
import type { StorageView } from '../torch/described-tensor.ts';
import { objectTensors } from '../torch/object-tensors.ts';
import { readPickledObject, type PickledObject } from '../torch/pickled-object.ts';
import type { Storages, StoredBytes } from '../torch/place.ts';

/** Checkpoints of torch before 0.1.10: a tar of `storages`, `tensors` and `pickle` (torch/serialization.py, legacy_load). */
export const torchTar = defineTensorReader({
  format: 'torch-tar',
  read(context) {
    const members = membersOf(context);
    const globals = new Set<string>();
    const parts = new TarParts(context, members, globals);
    const storages = parts.storages();
    const tensors = parts.tensors(storages);
    const { source, path, budget } = context;
    const pickle = slice(source, members.pickle);
    const object = readPickledObject({ source: pickle, path, budget, persistentLoad: classOf });
    for (const name of object.globals) globals.add(name);
    const found = objectTensors(object, context, {
      storages: storagesOf(storages, members.pickle),
      outside: (node) => tensors.get(keyOf(node.id, object.view) ?? ''),
    });
    return { ...found, format: 'torch-tar', metadata: new Map(), globals: [...globals].sort() };
  },
});

const NAMES = ['storages', 'tensors', 'pickle'] as const;
type Members = Readonly<Record<(typeof NAMES)[number], TarEntry>>;

interface TarStorage extends StoredBytes {
  readonly type: string;
}

/** The three members, each of which must be there once: readers differ in whether the first or the last one counts. */
function membersOf({ source, path, budget }: ReadContext): Members {
  const { entries, anomalies, problems } = readTar(source, budget);
  if (problems[0] !== undefined) throw problems[0];
  const odd = anomalies[0] ?? entries.flatMap((entry) => entry.anomalies)[0];
  if (odd !== undefined) throw TensorError.of('ambiguous', { path, detail: odd.detail });
  const found = NAMES.map((name): [string, TarEntry] => {
    const named = entries.filter((entry) => entry.name.replace(/^\.\//, '') === name);
    const [entry] = named;
    if (entry?.kind === 'file' && named.length === 1) return [name, entry];
    throw TensorError.of('ambiguous', { path, detail: `${named.length} members are called ${name}` });
  });
  return Object.fromEntries(found) as unknown as Members;
}

function slice(source: Source, { data }: TarEntry): Source {
  return new PagedSource(new SliceSource(source, data.start, data.end - data.start));
}

/** `(class, source file, source)` stands for the class. */
function classOf(id: Value, view: PickleView): Value | undefined {
  const [owner] = view.items(id) ?? [];
  return globalName(owner) === undefined ? undefined : owner;
}

/** Keys are addresses, written as numbers or as the digits of one. */
function keyOf(value: Value | undefined, view: PickleView): string | undefined {
  if (typeof value !== 'number') return undefined;
  const constant = view.constant(value);
  if (constant.type === 'int') return constant.value.toString();
  return constant.type === 'str' ? constant.text : undefined;
}

/** Reads what stands beside the pickle. */
class TarParts {
  readonly #context: ReadContext;
  readonly #members: Members;
  readonly #globals: Set<string>;

  constructor(context: ReadContext, members: Members, globals: Set<string>) {
    this.#context = context;
    this.#members = members;
    this.#globals = globals;
  }

  /** A count, then for each storage a pickle `(key, location, type)` and its items, then a list of views. */
  storages(): ReadonlyMap<string, TarStorage> {
    const entry = this.#members.storages;
    const source = slice(this.#context.source, entry);
    const storages = new Map<string, TarStorage>();
    const counted = this.#pickle(source, 0);
    let at = counted.outcome.end;
    for (let left = countOf(counted.outcome); left > 0; left -= 1) {
      const described = this.#pickle(source, at);
      const { type, data, size } = readItems(source, described.outcome);
      if (!(data.end <= size)) {
        throw FormatError.of('truncated', { wanted: data.end - data.start, offset: data.start, size });
      }
      const id = this.#key(described, 0);
      const span = { start: entry.data.start + data.start, end: entry.data.start + data.end };
      const origin = { member: 'storages', span };
      const { source: file } = this.#context;
      const length = span.end - span.start;
      this.#put(storages, id, {
        id,
        type,
        source: file,
        start: span.start,
        byteLength: length,
        sharedBytes: length,
        origin,
      });
      at = data.end;
    }
    this.#views(this.#pickle(source, at), storages);
    return storages;
  }

  /** `(key, key of the whole, offset, count)` of storages that are parts of others. */
  #views({ root, view }: PickledObject, storages: Map<string, TarStorage>): void {
    for (const item of view.items(root) ?? []) {
      const [key, wholeKey, offsetValue, countValue] = view.items(item) ?? [];
      const id = keyOf(key, view);
      const whole = storages.get(keyOf(wholeKey, view) ?? '');
      const [offset, count] = [view.int(offsetValue) ?? Number.NaN, view.int(countValue) ?? Number.NaN];
      if (id === undefined || whole === undefined) throw this.#inconsistent('a view of a storage that is not there');
      const itemBytes = storageItemBytes(whole.type);
      const [start, length] = [offset * itemBytes, count * itemBytes];
      if (!(offset >= 0 && count >= 0 && start + length <= whole.byteLength)) {
        throw this.#inconsistent(`a view of a storage at ${offset}, ${count} items long, of ${whole.byteLength} bytes`);
      }
      this.#put(storages, id, { ...whole, start: whole.start + start, byteLength: length });
    }
  }

  /** A count, then for each tensor a pickle `(key, storage key, type)` and its shape. */
  tensors(storages: ReadonlyMap<string, TarStorage>): ReadonlyMap<string, StorageView> {
    const source = slice(this.#context.source, this.#members.tensors);
    const tensors = new Map<string, StorageView>();
    const counted = this.#pickle(source, 0);
    let at = counted.outcome.end;
    for (let left = countOf(counted.outcome); left > 0; left -= 1) {
      const described = this.#pickle(source, at);
      const { sizes, strides, offset, end } = readShape(source, described.outcome.end);
      const key = this.#key(described, 1);
      const storage = storages.get(key);
      if (storage === undefined) throw this.#inconsistent(`a tensor of storage ${key}, which is not there`);
      this.#put(tensors, this.#key(described, 0), {
        kind: 'view',
        storage: { type: storage.type, key, count: storage.byteLength / storageItemBytes(storage.type) },
        offset,
        size: sizes,
        stride: strides,
        conjugated: false,
        negated: false,
        remarks: [],
      });
      at = end;
    }
    return tensors;
  }

  #pickle(source: Source, start: number): PickledObject {
    const { path, budget } = this.#context;
    budget.checkTime();
    const object = readPickledObject({ source, path, budget, start });
    for (const name of object.globals) this.#globals.add(name);
    return object;
  }

  #key({ root, view }: PickledObject, index: number): string {
    const key = keyOf(view.items(root)?.[index], view);
    if (key === undefined) throw this.#inconsistent('a key that is neither number nor text');
    return key;
  }

  #put<Item>(items: Map<string, Item>, key: string, item: Item): void {
    if (items.has(key)) throw this.#inconsistent(`two things have the key ${key}`);
    items.set(key, item);
  }

  #inconsistent(detail: string): TensorError {
    return TensorError.of('inconsistent', { path: this.#context.path, detail });
  }
}

function storagesOf(storages: ReadonlyMap<string, TarStorage>, pickle: TarEntry): Storages {
  return {
    bigEndian: false,
    pickleOrigin: { member: pickle.name, span: undefined },
    conflict: () => undefined,
    find: ({ key }) => storages.get(key),
  };
}
