import type { Span } from '../../bytes/span.ts';
import type { DocumentNode, Visit } from '../../formats/document.ts';
import { deletion, type Patch } from '../change.ts';
import type { TreeEdit } from './tree-edit.ts';

const encoder = new TextEncoder();

/** Bytes of a JSON text, and where they start in the offsets of its nodes. */
export interface JsonBytes {
  readonly bytes: Uint8Array;
  readonly base: number;
}

/** The changes of bytes that carry out edits of a JSON tree; all other bytes stay as they are. */
export function jsonPatches(text: JsonBytes, edits: readonly TreeEdit[]): readonly Patch[] {
  const removed = edits.filter(({ act }) => act.kind === 'remove');
  const byParent = Map.groupBy(removed, ({ visit }) => visit.parent?.node);
  const patches: Patch[] = [];
  for (const [parent, group] of byParent) {
    if (parent !== undefined) patches.push(...removals(parent, new Set(group.map(({ visit }) => visit.node))));
  }
  for (const { visit, act } of edits) {
    const span = visit.node.span;
    if (span === undefined) continue;
    if (act.kind === 'replace') patches.push({ ...span, bytes: encoder.encode(act.literal) });
    if (act.kind === 'cut') patches.push(...rawRanges(text, span.start, act.ranges).map(deletion));
  }
  return patches;
}

interface Member extends Span {
  readonly goes: boolean;
}

/** Removes entries or items together with a comma each. */
function removals(parent: DocumentNode, gone: ReadonlySet<DocumentNode>): readonly Patch[] {
  const members = membersOf(parent, gone);
  const last = members.findLastIndex(({ goes }) => !goes);
  if (last === -1) {
    const { start, end } = parent.span ?? { start: 0, end: 0 };
    return end - start < 2 ? [] : [deletion({ start: start + 1, end: end - 1 })];
  }
  return members.flatMap((member, index) => {
    if (!member.goes) return [];
    const next = members[index + 1];
    const before = members[index - 1];
    if (index < last && next !== undefined) return [deletion({ start: member.start, end: next.start })];
    return before === undefined ? [] : [deletion({ start: before.end, end: member.end })];
  });
}

function membersOf(parent: DocumentNode, gone: ReadonlySet<DocumentNode>): readonly Member[] {
  if (parent.kind === 'scalar') return [];
  const parts =
    parent.kind === 'map'
      ? parent.entries.map(({ value, keySpan }) => ({ node: value, start: keySpan?.start }))
      : parent.items.map((node) => ({ node, start: node.span?.start }));
  return parts.map(({ node, start }) => ({ start: start ?? 0, end: node.span?.end ?? 0, goes: gone.has(node) }));
}

const QUOTED = 1;
const BACKSLASH = 0x5c;
const LOWER_U = 0x75;

/** Where ranges of a string's characters (UTF-16 units) are in its bytes; `start` is the offset of its opening quote. */
function rawRanges({ bytes, base }: JsonBytes, start: number, ranges: readonly Span[]): readonly Span[] {
  const borders = ranges.flatMap(({ start: from, end }) => [from, end]);
  const found: number[] = [];
  let at = start - base + QUOTED;
  for (let unit = 0; found.length < borders.length && at < bytes.length; ) {
    while (unit >= (borders[found.length] ?? Number.POSITIVE_INFINITY)) found.push(at);
    const [length, units] = characterAt(bytes, at);
    at += length;
    unit += units;
    while (unit >= (borders[found.length] ?? Number.POSITIVE_INFINITY)) found.push(at);
  }
  return ranges.map((_, index) => ({
    start: base + (found[2 * index] ?? at),
    end: base + (found[2 * index + 1] ?? at),
  }));
}

/** Bytes and UTF-16 units of one character as JSON spells it (RFC 8259 section 7). */
function characterAt(bytes: Uint8Array, at: number): readonly [bytes: number, units: number] {
  const byte = bytes[at] as number;
  if (byte === BACKSLASH) return [bytes[at + 1] === LOWER_U ? 6 : 2, 1];
  if (byte < 0x80) return [1, 1];
  if (byte < 0xe0) return [2, 1];
  return byte < 0xf0 ? [3, 1] : [4, 2];
}

/** The text of a place as it stands in the file, its key included. */
export function rawText({ bytes, base }: JsonBytes, { node, entry }: Visit, maxBytes: number): string {
  const start = (entry?.keySpan?.start ?? node.span?.start ?? base) - base;
  const end = Math.min((node.span?.end ?? base) - base, start + maxBytes);
  return new TextDecoder().decode(bytes.subarray(start, end));
}
