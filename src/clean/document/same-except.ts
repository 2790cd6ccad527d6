import type { DocumentNode, MapEntry } from '../../formats/document.ts';
import type { TreeEdit } from './tree-edit.ts';

/**
 * Compares a tree with what editing it gave: null when everything that was not edited is as it was, else where it is not.
 * The guard behind every splice, since a wrong comma could make another document of it.
 */
export function differenceBeyond(
  before: DocumentNode,
  after: DocumentNode | undefined,
  edits: readonly TreeEdit[],
): string | null {
  const removed = new Set<string>();
  const changed = new Set<string>();
  for (const { visit, act } of edits) {
    const entry = visit.entry;
    if (act.kind !== 'remove') changed.add(placeOf(visit.node));
    else removed.add(entry === undefined ? placeOf(visit.node) : keyPlace(entry));
  }
  return new Comparison(removed, changed).compare(before, after, '');
}

/** By offsets, since an alias of YAML shows the same place of the file several times. */
function placeOf({ span }: DocumentNode): string {
  return `${span?.start}-${span?.end}`;
}

function keyPlace({ keySpan, value }: MapEntry): string {
  return `key ${keySpan?.start} ${placeOf(value)}`;
}

class Comparison {
  readonly #removed: ReadonlySet<string>;
  readonly #changed: ReadonlySet<string>;

  constructor(removed: ReadonlySet<string>, changed: ReadonlySet<string>) {
    this.#removed = removed;
    this.#changed = changed;
  }

  /** Recursion is bounded by the depth that parsers allow. */
  compare(before: DocumentNode, after: DocumentNode | undefined, at: string): string | null {
    const place = at === '' ? '/' : at;
    if (after === undefined) return `${place} is gone`;
    if (this.#changed.has(placeOf(before))) return null;
    if (!isAlike(before, after)) return `${place} changed`;
    const kept = this.#kept(before);
    const there = childrenOf(after);
    if (kept.length !== there.length) return `${place} has ${there.length} parts where ${kept.length} were to stay`;
    for (const [index, [key, node]] of kept.entries()) {
      const [otherKey, other] = there[index] ?? [];
      const difference = otherKey === key ? this.compare(node, other, `${at}/${key}`) : `${at}/${key} changed`;
      if (difference !== null) return difference;
    }
    return null;
  }

  #kept(node: DocumentNode): readonly (readonly [string, DocumentNode])[] {
    if (node.kind === 'map') {
      const stays = node.entries.filter((entry) => !this.#removed.has(keyPlace(entry)));
      return stays.map(({ key, value }) => [key, value]);
    }
    if (node.kind === 'scalar') return [];
    return node.items.filter((item) => !this.#removed.has(placeOf(item))).map((item, index) => [String(index), item]);
  }
}

function childrenOf(node: DocumentNode): readonly (readonly [string, DocumentNode])[] {
  if (node.kind === 'map') return node.entries.map(({ key, value }) => [key, value]);
  return node.kind === 'list' ? node.items.map((item, index) => [String(index), item]) : [];
}

function isAlike(one: DocumentNode, other: DocumentNode): boolean {
  if (one.kind !== other.kind || one.tag !== other.tag) return false;
  return one.kind !== 'scalar' || other.kind !== 'scalar' || Object.is(one.value, other.value);
}
