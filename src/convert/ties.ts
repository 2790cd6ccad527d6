import { SpanSet } from '../bytes/span.ts';
import { isContiguous } from '../tensors/shape.ts';
import { ConvertError } from './errors.ts';
import type { Taken } from './intake.ts';
import { compareUtf8 } from './order.ts';
import { extentOf } from './placement.ts';

/** Tensors whose bytes overlap in memory, in the order of the source. */
export type TieGroup = readonly Taken[];

/** A name that is not written because another tensor holds its bytes. */
export interface DroppedAlias {
  readonly name: string;
  /** The tensor that covers the memory both share. */
  readonly kept: string;
  /** True when both are the same view: a loader that ties them again gets exactly what was there. */
  readonly identical: boolean;
}

interface Placed {
  readonly taken: Taken;
  readonly start: number;
  readonly end: number;
}

/**
 * Groups what overlaps. The stop of a group is the furthest of its members: the reference keeps the last one seen
 * (`_filter_shared_not_shared`), and so misses a view inside a larger view when another lies between.
 */
export function tieGroups(all: readonly Taken[]): readonly TieGroup[] {
  const groups: TieGroup[] = [];
  for (const members of Map.groupBy(all, memoryOf).values()) groups.push(...overlapping(members));
  return groups;
}

/** What two tensors must have in common to share bytes: a storage, or nothing at all. */
function memoryOf(taken: Taken): unknown {
  const { storage, placement } = taken.tensor;
  return storage === undefined || placement.byteLength === 0 ? taken : `${taken.source}:${storage}`;
}

function overlapping(members: readonly Taken[]): TieGroup[] {
  if (members.length < 2) return [members];
  const placed = members.map(place).sort((a, b) => a.start - b.start || a.end - b.end);
  const groups: Placed[][] = [];
  let stop = Number.NEGATIVE_INFINITY;
  for (const one of placed) {
    if (one.start >= stop) groups.push([]);
    groups.at(-1)?.push(one);
    stop = Math.max(stop, one.end);
  }
  const order = new Map(members.map((taken, i) => [taken, i]));
  return groups.map((group) =>
    group.map(({ taken }) => taken).sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0)),
  );
}

function place(taken: Taken): Placed {
  const { start, end } = extentOf(taken.tensor);
  return { taken, start, end };
}

/** How much of what the sources hold the tensors stand for, overlaps counted once. */
export function heldBytes(all: readonly Taken[]): number {
  const covered = new Map<unknown, SpanSet>();
  for (const taken of all) {
    const { source, start, end } = extentOf(taken.tensor);
    const { storage } = taken.tensor;
    const memory = storage === undefined ? source : `${taken.source}:${storage}`;
    const spans = covered.get(memory) ?? new SpanSet();
    spans.add(start, end);
    covered.set(memory, spans);
  }
  return [...covered.values()].reduce((sum, spans) => sum + spans.bytes, 0);
}

/**
 * Which names to drop so that shared bytes are written once, as the reference decides (`_remove_duplicate_names`):
 * of each group the first name, sorted, that covers its whole storage is kept.
 * @throws ConvertError `ties-incomplete` when none does.
 */
export function dropAliases(groups: readonly TieGroup[]): readonly DroppedAlias[] {
  return groups.flatMap((group) => (group.length < 2 ? [] : aliasesOf(group)));
}

function aliasesOf(group: TieGroup): DroppedAlias[] {
  const sorted = group.toSorted((a, b) => compareUtf8(a.tensor.name, b.tensor.name));
  const kept = sorted.find(coversStorage);
  if (kept === undefined) throw ConvertError.of('ties-incomplete', { names: sorted.map(({ tensor }) => tensor.name) });
  return sorted
    .filter((one) => one !== kept)
    .map((one) => ({ name: one.tensor.name, kept: kept.tensor.name, identical: isSameView(one, kept) }));
}

/** A storage whose place in the file is not known is a decoded view, and then the source is all of it. */
function coversStorage({ tensor }: Taken): boolean {
  const { placement, origin } = tensor;
  const { start, end } = extentOf(tensor);
  const length = origin.span === undefined ? placement.source.size : origin.span.end - origin.span.start;
  const first = origin.span === undefined ? start - placement.offset : origin.span.start;
  return start === first && end - start === length && placement.byteLength === length;
}

function isSameView(a: Taken, b: Taken): boolean {
  const [p, q] = [a.tensor.placement, b.tensor.placement];
  return (
    a.tensor.dtype === b.tensor.dtype &&
    a.tensor.shape.join() === b.tensor.shape.join() &&
    extentOf(a.tensor).start === extentOf(b.tensor).start &&
    p.flipSigns === q.flipSigns &&
    stridesOf(a) === stridesOf(b)
  );
}

function stridesOf({ tensor: { shape, placement } }: Taken): string {
  const { strides } = placement;
  return strides === undefined || isContiguous(shape, strides) ? '' : strides.join();
}
