import { Cursor } from '../../bytes/cursor.ts';
import { FormatError } from '../../bytes/errors.ts';
import { defineFormat, type ParseContext } from '../format.ts';
import type { PickleOutcome } from '../pickle/machine.ts';
import { examinePickle } from '../pickle/stream.ts';
import { globalName } from '../pickle/values.ts';
import { storageItemBytes } from '../torch/storage.ts';

/** Dimensions torch can index; a part of a size field beyond it is damage. */
const MAX_DIMENSIONS = 64;

/** `storages`: a count, then for each a pickle `(key, location, type)`, a 64-bit count and raw items, then a pickle of views. */
export const torchTarStorages = defineFormat({
  id: 'torch-tar-storages',
  title: 'Storages of a PyTorch checkpoint (tar)',
  extensions: [],
  detect: () => null,
  parse(context) {
    const counted = examinePickle(context);
    let offset = counted.end;
    for (let left = countOf(counted); left > 0; left -= 1) {
      const described = examinePickle(context, { start: offset });
      if (!described.stopped) return;
      offset = skipItems(context, described);
    }
    if (counted.stopped) examinePickle(context, { start: offset });
  },
});

/** `tensors`: a count, then for each a pickle `(key, storage, type)`, dimensions, sizes, strides and offset as numbers. */
export const torchTarTensors = defineFormat({
  id: 'torch-tar-tensors',
  title: 'Tensors of a PyTorch checkpoint (tar)',
  extensions: [],
  detect: () => null,
  parse(context) {
    const counted = examinePickle(context);
    let offset = counted.end;
    for (let left = countOf(counted); left > 0; left -= 1) {
      const described = examinePickle(context, { start: offset });
      if (!described.stopped) return;
      offset = skipShape(context, described.end);
    }
  },
});

/** The number a file begins with. @throws FormatError `malformed` when it is none. */
function countOf({ result, view, stopped }: PickleOutcome): number {
  if (!stopped) return 0;
  const count = view.int(result);
  if (count === undefined || count < 0) {
    throw FormatError.of('malformed', { expected: 'a count', found: 'something else', offset: 0 });
  }
  return count;
}

function skipItems(context: ParseContext, { result, view, end }: PickleOutcome): number {
  const type = globalName(view.items(result)?.[2]);
  const itemBytes = type === undefined ? Number.NaN : storageItemBytes(type);
  if (Number.isNaN(itemBytes)) {
    throw FormatError.of('malformed', { expected: 'a storage type', found: type ?? 'none', offset: end });
  }
  const cursor = new Cursor(context.source, { offset: end });
  const stop = cursor.u64() * itemBytes + cursor.offset;
  context.cover(end, cursor.offset, 'structure');
  const { size } = context.source;
  context.cover(cursor.offset, Math.min(stop, size), 'payload');
  if (!(stop <= size)) throw FormatError.of('truncated', { wanted: stop - cursor.offset, offset: cursor.offset, size });
  return stop;
}

function skipShape(context: ParseContext, start: number): number {
  const cursor = new Cursor(context.source, { offset: start });
  const dimensions = cursor.i32();
  if (dimensions < 0 || dimensions > MAX_DIMENSIONS) {
    throw FormatError.of('malformed', { expected: 'a number of dimensions', found: `${dimensions}`, offset: start });
  }
  cursor.bytes(4 + 16 * dimensions + 8);
  context.cover(start, cursor.offset, 'structure');
  return cursor.offset;
}
