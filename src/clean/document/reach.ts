import type { Span } from '../../bytes/span.ts';
import type { DocumentNode, MapEntry, MapNode, Visit } from '../../formats/document.ts';

/** A place that a pointer leads to. */
export interface Reached {
  readonly visit: Visit;
  /** Steps that are left when the place is a string: they lead into the document inside it. */
  readonly rest: readonly string[];
}

/** Where keys repeat at every level, paths multiply; more than this is no document but an attack on us. */
const MAX_PATHS = 1000;

/** The steps of a JSON pointer (RFC 6901), undone of their escapes. */
export function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Every place that steps lead to from a root: several where keys are repeated. */
export function reach(root: DocumentNode, steps: readonly string[]): readonly Reached[] {
  const reached: Reached[] = [];
  let open: readonly Visit[] = [{ node: root, step: undefined, parent: undefined }];
  for (const [index, step] of steps.entries()) {
    const next: Visit[] = [];
    for (const visit of open) {
      if (visit.node.kind === 'scalar') reached.push({ visit, rest: steps.slice(index) });
      else next.push(...childrenAt(visit, step));
    }
    open = next.slice(0, MAX_PATHS);
  }
  for (const visit of open) reached.push({ visit, rest: [] });
  return reached;
}

function childrenAt(parent: Visit, step: string): Visit[] {
  const { node } = parent;
  if (node.kind === 'map') {
    return entriesWith(node, step).map((entry) => ({ node: entry.value, step: entry.key, parent, entry }));
  }
  const item = node.kind === 'list' && /^\d{1,9}$/.test(step) ? node.items[Number(step)] : undefined;
  return item === undefined ? [] : [{ node: item, step: Number(step), parent }];
}

/** In a larger map every key is looked up once and remembered: thousands of findings may point into it. */
const MAX_SEARCHED_ENTRIES = 64;
const entriesByMap = new WeakMap<MapNode, ReadonlyMap<string, readonly MapEntry[]>>();

function entriesWith(map: MapNode, key: string): readonly MapEntry[] {
  if (map.entries.length <= MAX_SEARCHED_ENTRIES) return map.entries.filter((entry) => entry.key === key);
  const known = entriesByMap.get(map) ?? Map.groupBy(map.entries, (entry) => entry.key);
  entriesByMap.set(map, known);
  return known.get(key) ?? [];
}

/** Of several places, those a finding is about: by where it was found, when that tells them apart. */
export function narrowed<Place extends Reached>(
  reached: readonly Place[],
  offset: number | undefined,
): readonly Place[] {
  if (reached.length < 2 || offset === undefined) return reached;
  const exact = reached.filter(({ visit }) => visit.node.span?.start === offset);
  return exact.length > 0 ? exact : reached;
}

/** From the key, where there is one, to the end of the value. */
export function spanOf({ node, entry }: Visit): Span | undefined {
  const end = node.span?.end;
  const start = entry?.keySpan?.start ?? node.span?.start;
  return start === undefined || end === undefined ? undefined : { start, end };
}

/** The entry or item of the root that a place is in. */
export function topOf(visit: Visit): Visit {
  let top = visit;
  while (top.parent?.parent !== undefined) top = top.parent;
  return top;
}
