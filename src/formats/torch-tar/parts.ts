import { Cursor } from '../../bytes/cursor.ts';
import { FormatError } from '../../bytes/errors.ts';
import type { Source } from '../../bytes/source.ts';
import type { Span } from '../../bytes/span.ts';
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
export function countOf({ result, view, stopped }: PickleOutcome): number {
  if (!stopped) return 0;
  const count = view.int(result);
  if (count === undefined || count < 0) {
    throw FormatError.of('malformed', { expected: 'a count', found: 'something else', offset: 0 });
  }
  return count;
}

function skipItems(context: ParseContext, described: PickleOutcome): number {
  const { data, size } = readItems(context.source, described);
  context.cover(described.end, data.start, 'structure');
  context.cover(data.start, Math.min(data.end, size), 'payload');
  if (!(data.end <= size)) {
    throw FormatError.of('truncated', { wanted: data.end - data.start, offset: data.start, size });
  }
  return data.end;
}

function skipShape(context: ParseContext, start: number): number {
  const { end } = readShape(context.source, start);
  context.cover(start, end, 'structure');
  return end;
}

interface StoredItems {
  /** `torch.FloatStorage`. */
  readonly type: string;
  readonly count: number;
  /** Where the items should be; may reach past the end. */
  readonly data: Span;
  /** Of the source. */
  readonly size: number;
}

/** The items behind a pickle `(key, location, type)`. @throws FormatError `malformed`, `truncated`. */
export function readItems(source: Source, { result, view, end }: PickleOutcome): StoredItems {
  const type = globalName(view.items(result)?.[2]);
  const itemBytes = type === undefined ? Number.NaN : storageItemBytes(type);
  if (type === undefined || Number.isNaN(itemBytes)) {
    throw FormatError.of('malformed', { expected: 'a storage type', found: type ?? 'none', offset: end });
  }
  const cursor = new Cursor(source, { offset: end });
  const count = cursor.u64();
  return { type, count, data: { start: cursor.offset, end: cursor.offset + count * itemBytes }, size: source.size };
}

interface Shape {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly end: number;
}

/** Dimensions, sizes, strides and offset of a tensor. @throws FormatError `malformed`, `truncated`. */
export function readShape(source: Source, start: number): Shape {
  const cursor = new Cursor(source, { offset: start });
  const dimensions = cursor.i32();
  if (dimensions < 0 || dimensions > MAX_DIMENSIONS) {
    throw FormatError.of('malformed', { expected: 'a number of dimensions', found: `${dimensions}`, offset: start });
  }
  cursor.skip(4);
  const numbers = Array.from({ length: 2 * dimensions + 1 }, () => Number(cursor.i64big()));
  return {
    sizes: numbers.slice(0, dimensions),
    strides: numbers.slice(dimensions, -1),
    offset: numbers.at(-1) as number,
    end: cursor.offset,
  };
}
