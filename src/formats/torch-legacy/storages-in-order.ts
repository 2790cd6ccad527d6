import { Cursor } from '../../bytes/cursor.ts';
import { FormatError } from '../../bytes/errors.ts';
import type { Source } from '../../bytes/source.ts';
import type { Span } from '../../bytes/span.ts';
import type { PickleOutcome } from '../pickle/machine.ts';
import { storageItemBytes, type StorageReference } from '../torch/storage.ts';

/** One storage as it lies behind the list of keys. */
interface PlacedStorage {
  readonly storage: StorageReference;
  /** Items, as the file counts them in front of the data. */
  readonly count: number;
  /** Where that count stands. */
  readonly start: number;
  readonly data: Span;
}

/**
 * The storages of a legacy checkpoint, in the order of the list of keys that `listed` is the outcome of. Each is given
 * before it is known to be whole.
 * @throws FormatError `malformed` unless the list names each storage of the object once and nothing else, `truncated`.
 */
export function* storagesInOrder(
  source: Source,
  { result, view, end: listEnd, failure }: PickleOutcome,
  storages: ReadonlyMap<string, StorageReference>,
): Generator<PlacedStorage> {
  if (failure !== undefined) throw failure;
  if (typeof result !== 'object' || result.kind !== 'list') {
    throw malformed('a list of storage keys', 'something else', listEnd);
  }
  const cursor = new Cursor(source, { offset: listEnd });
  const missing = new Set(storages.keys());
  for (const value of result.items) {
    const key = view.text(value);
    if (key === undefined || !missing.delete(key)) {
      // torch fills such a storage from whatever memory holds, or fails.
      throw malformed('a storage key that the object refers to, once', key ?? 'no string', cursor.offset);
    }
    yield* placed(cursor, storages.get(key) as StorageReference);
  }
  if (missing.size > 0) throw malformed('every storage of the object in the list', `${missing.size} missing`, listEnd);
}

function* placed(cursor: Cursor, storage: StorageReference): Generator<PlacedStorage> {
  const start = cursor.offset;
  const count = cursor.u64();
  const data = { start: cursor.offset, end: cursor.offset + count * storageItemBytes(storage.type) };
  yield { storage, count, start, data };
  const { size } = cursor.source;
  if (!(data.end <= size)) {
    throw FormatError.of('truncated', { wanted: data.end - data.start, offset: data.start, size });
  }
  cursor.seek(data.end);
}

function malformed(expected: string, found: string, offset: number): FormatError {
  return FormatError.of('malformed', { expected, found, offset });
}
