import { FormatError } from '../../bytes/errors.ts';
import type { Source } from '../../bytes/source.ts';
import type { Axis, Slab } from './axes.ts';
import { copyBox, unitsOf } from './copy-box.ts';

/** Bytes read into memory before their elements are put in place. */
const READ_BYTES = 1024 * 1024;
/**
 * Bytes skipped between two wanted places that cost less to read along than to read around: one more read of a cached
 * file takes about as long as copying 4 KiB.
 */
const MAX_SKIPPED_BYTES = 4096;

interface Elements {
  readonly source: Source;
  /** Byte offset of the element at index 0 of every axis. */
  readonly offset: number;
  readonly itemBytes: number;
}

/** One batch: the axes inside it, read as one run or as one run for each step of the outermost of them. */
interface Batch {
  readonly axes: readonly Axis[];
  /** Axes outside it, one batch for each of their indices. */
  readonly outer: readonly Axis[];
  /** Steps of the axis that is cut into batches, and whether each is read for itself. */
  readonly cut: Axis | undefined;
  readonly steps: number;
  readonly separate: boolean;
  /** Elements from the first to the last of one step of the cut axis. */
  readonly span: number;
}

/** Reads the elements of strided slabs in the order of the source and puts them in C order. */
export class SlabFetcher {
  readonly #elements: Elements;
  readonly #buffer: Uint8Array;
  readonly #maxItems: number;

  /** `extent`: elements from the first to the last of the tensor, so that a small one takes a small buffer. */
  constructor(elements: Elements, extent: number) {
    this.#elements = elements;
    this.#maxItems = Math.min(extent, Math.max(1, Math.floor(READ_BYTES / elements.itemBytes)));
    this.#buffer = new Uint8Array(this.#maxItems * elements.itemBytes);
  }

  /** Fills `into` with the slab. @throws FormatError `truncated` when the source ends before it. */
  fetch(slab: Slab, into: Uint8Array): void {
    const batch = this.#plan(slab.axes);
    forEachIndex(batch.outer, (from, to) => this.#fetchCut(batch, slab.lowest + from, slab.lowestTo + to, into));
  }

  #plan(axes: readonly Axis[]): Batch {
    let first = axes.length;
    let span = 1;
    while (first > 0) {
      const axis = axes[first - 1] as Axis;
      const wider = (axis.count - 1) * axis.from + span;
      if (wider > this.#maxItems || !this.#isDense(axis, span)) break;
      span = wider;
      first -= 1;
    }
    const inside = axes.slice(first);
    if (first === 0) return { axes: inside, outer: [], cut: undefined, steps: 1, separate: false, span };
    const cut = axes[first - 1] as Axis;
    const separate = !this.#isDense(cut, span);
    const steps = separate ? Math.floor(this.#maxItems / span) : Math.floor((this.#maxItems - span) / cut.from) + 1;
    return { axes: inside, outer: axes.slice(0, first - 1), cut, steps, separate, span };
  }

  #isDense(axis: Axis, span: number): boolean {
    return (axis.from - span) * this.#elements.itemBytes <= MAX_SKIPPED_BYTES;
  }

  #fetchCut(batch: Batch, fromItem: number, toItem: number, into: Uint8Array): void {
    const { cut, steps } = batch;
    if (cut === undefined) return this.#fetchBatch(batch, 1, { fromItem, toItem, into });
    for (let step = 0; step < cut.count; step += steps) {
      const place = { fromItem: fromItem + step * cut.from, toItem: toItem + step * cut.to, into };
      this.#fetchBatch(batch, Math.min(steps, cut.count - step), place);
    }
  }

  #fetchBatch(batch: Batch, steps: number, place: { fromItem: number; toItem: number; into: Uint8Array }): void {
    const { cut, separate, span } = batch;
    const apart = cut === undefined ? 0 : separate ? span : cut.from;
    if (cut !== undefined && separate) {
      for (let i = 0; i < steps; i += 1) this.#read(place.fromItem + i * cut.from, i * span, span);
    } else this.#read(place.fromItem, 0, (steps - 1) * apart + span);
    const axes = cut === undefined ? batch.axes : [{ count: steps, from: apart, to: cut.to }, ...batch.axes];
    const { itemBytes } = this.#elements;
    const from = unitsOf(this.#buffer, itemBytes);
    copyBox(axes, { from, to: unitsOf(place.into, itemBytes), fromItem: 0, toItem: place.toItem });
  }

  #read(item: number, bufferItem: number, count: number): void {
    const { source, offset, itemBytes } = this.#elements;
    const at = bufferItem * itemBytes;
    readExactly(source, offset + item * itemBytes, this.#buffer.subarray(at, at + count * itemBytes));
  }
}

function forEachIndex(axes: readonly Axis[], visit: (from: number, to: number) => void): void {
  const [axis, ...inner] = axes;
  if (axis === undefined) return visit(0, 0);
  for (let i = 0; i < axis.count; i += 1) {
    forEachIndex(inner, (from, to) => visit(from + i * axis.from, to + i * axis.to));
  }
}

/** Fills `into` from `offset` on. @throws FormatError `truncated` when the source ends before it is full. */
export function readExactly(source: Source, offset: number, into: Uint8Array): void {
  const got = source.read(offset, into);
  if (got < into.length) throw FormatError.of('truncated', { wanted: into.length, offset, size: offset + got });
}
