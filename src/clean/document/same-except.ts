import type { DocumentNode, ListNode, MapNode } from '../../formats/document.ts';
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
  if (after === undefined) return 'the document is gone';
  const steps = new Comparison(edits).differs(before, after);
  return steps === null ? null : `/${steps.join('/')} changed`;
}

/** Steps from a place down to where it differs; null when it does not. */
type Difference = readonly (string | number)[] | null;

/** Built for trees of a million nodes: nothing is made for a node that is the same. Recursion is bounded by the parsers. */
class Comparison {
  /** Where keys and items start that are removed, and values that are changed; an alias of YAML shows them repeatedly. */
  readonly #removedKeys = new Set<number | undefined>();
  readonly #removedItems = new Set<number | undefined>();
  readonly #changed = new Set<number | undefined>();

  constructor(edits: readonly TreeEdit[]) {
    for (const { visit, act } of edits) {
      const { entry, node } = visit;
      if (act.kind !== 'remove') this.#changed.add(node.span?.start);
      else if (entry === undefined) this.#removedItems.add(node.span?.start);
      else this.#removedKeys.add(entry.keySpan?.start);
    }
  }

  differs(before: DocumentNode, after: DocumentNode): Difference {
    if (this.#changed.size > 0 && this.#changed.has(before.span?.start)) return null;
    if (before.kind !== after.kind || before.tag !== after.tag) return [];
    if (before.kind === 'map') return this.#mapDiffers(before, after as MapNode);
    if (before.kind === 'list') return this.#listDiffers(before, after as ListNode);
    return after.kind === 'scalar' && Object.is(before.value, after.value) ? null : [];
  }

  #mapDiffers(before: MapNode, after: MapNode): Difference {
    let index = 0;
    for (const entry of before.entries) {
      if (this.#removedKeys.size > 0 && this.#removedKeys.has(entry.keySpan?.start)) continue;
      const other = after.entries[index];
      if (other?.key !== entry.key) return [entry.key];
      const difference = this.differs(entry.value, other.value);
      if (difference !== null) return [entry.key, ...difference];
      index += 1;
    }
    return index === after.entries.length ? null : [];
  }

  #listDiffers(before: ListNode, after: ListNode): Difference {
    let index = 0;
    for (const item of before.items) {
      if (this.#removedItems.size > 0 && this.#removedItems.has(item.span?.start)) continue;
      const other = after.items[index];
      const difference = other === undefined ? [] : this.differs(item, other);
      if (difference !== null) return [index, ...difference];
      index += 1;
    }
    return index === after.items.length ? null : [];
  }
}
