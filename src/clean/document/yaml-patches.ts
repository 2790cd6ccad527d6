import type { Span } from '../../bytes/span.ts';
import { stringOf, type Visit } from '../../formats/document.ts';
import { layOutYaml, type YamlCollection, type YamlLayout, type YamlSlot } from '../../formats/yaml/yaml-layout.ts';
import { hiddenRanges } from '../../rules/text/hidden-characters.ts';
import type { TreeEdit } from './tree-edit.ts';

/** Text that takes the place of a range, in UTF-16 units. */
export interface TextPatch extends Span {
  readonly text: string;
}

/**
 * The changes of text that carry out edits of a YAML tree, whose spans are positions in `text`; null when one of them
 * cannot be done without touching its neighbours.
 */
export function yamlPatches(text: string, edits: readonly TreeEdit[]): readonly TextPatch[] | null {
  const layout = layOutYaml(text);
  const gone = new Map<YamlCollection, Set<number>>();
  const patches: TextPatch[] = [];
  for (const { visit, act } of edits) {
    const span = visit.node.span;
    if (act.kind === 'remove') {
      const slot = slotOf(layout, visit);
      if (slot === undefined) return null;
      gone.set(slot.collection, (gone.get(slot.collection) ?? new Set()).add(slot.index));
    } else if (span === undefined) return null;
    else if (act.kind === 'replace') patches.push({ ...span, text: act.literal });
    else {
      const found = cuts(text, visit, act.ranges);
      if (found.length === 0) return null;
      patches.push(...found);
    }
  }
  for (const [collection, indexes] of gone) patches.push(...removals(collection, indexes));
  return patches;
}

function slotOf({ byKey, byItem }: YamlLayout, { entry, node }: Visit): YamlSlot | undefined {
  if (entry === undefined) return node.span === undefined ? undefined : byItem.get(node.span.start);
  return entry.keySpan === undefined ? undefined : byKey.get(entry.keySpan.start);
}

/** Characters are cut out as they stand: where the text of a string is its value, or where they are seen in any spelling. */
function cuts(text: string, { node }: Visit, ranges: readonly Span[]): readonly TextPatch[] {
  const { start = 0, end = 0 } = node.span ?? {};
  const raw = text.slice(start, end);
  const value = stringOf(node);
  const inset = raw === value ? 0 : raw.slice(1, -1) === value ? 1 : undefined;
  const inRaw = inset === undefined ? hiddenRanges(raw, 'code') : ranges.map((range) => shifted(range, inset));
  return inRaw.map((range) => ({ ...shifted(range, start), text: '' }));
}

function shifted({ start, end }: Span, by: number): Span {
  return { start: start + by, end: end + by };
}

function removals(collection: YamlCollection, gone: ReadonlySet<number>): readonly TextPatch[] {
  const { style, empty, items, end } = collection;
  const first = startAt(collection, 0);
  const kept = items.findIndex((item, index) => item.holds && !gone.has(index));
  // One space more than the key above, since a block may begin where its key does and a bracket may not.
  if (kept === -1) return [{ start: first, end, text: style === 'flow' ? '' : ` ${empty}\n` }];
  const before = kept === 0 ? [] : [{ start: first, end: items[kept]?.content ?? end, text: '' }];
  const others = [...gone].filter((index) => index > kept);
  return [
    ...before,
    ...others.map((index) => ({ start: startAt(collection, index), end: startAt(collection, index + 1), text: '' })),
  ];
}

function startAt({ items, end }: YamlCollection, index: number): number {
  return items[index]?.start ?? end;
}
