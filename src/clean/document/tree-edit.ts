import type { Span } from '../../bytes/span.ts';
import type { DocumentNode, Visit } from '../../formats/document.ts';

/** What is done to one place of a tree. */
type TreeAct =
  | { readonly kind: 'remove' }
  /** `text` takes the place of a string; `literal` is JSON (and YAML) for anything else. */
  | { readonly kind: 'replace'; readonly literal: string; readonly text?: string }
  /** Ranges, in UTF-16 units, are cut out of a string. */
  | { readonly kind: 'cut'; readonly ranges: readonly Span[] };

export interface TreeEdit {
  readonly visit: Visit;
  readonly act: TreeAct;
  readonly rules: readonly string[];
  readonly did: string;
}

const STRENGTH = { remove: 2, replace: 1, cut: 0 } as const;

/** One edit a place, the strongest; none below a place that goes as a whole. */
export function settle(edits: readonly TreeEdit[]): readonly TreeEdit[] {
  const byNode = new Map<DocumentNode, TreeEdit>();
  for (const edit of edits) {
    const other = byNode.get(edit.visit.node);
    byNode.set(edit.visit.node, other === undefined ? edit : stronger(other, edit));
  }
  const goes = (visit: Visit | undefined): boolean => {
    for (let at = visit; at !== undefined; at = at.parent) {
      const kind = byNode.get(at.node)?.act.kind;
      if (kind === 'remove' || kind === 'replace') return true;
    }
    return false;
  };
  return [...byNode.values()].filter((edit) => !goes(edit.visit.parent));
}

function stronger(one: TreeEdit, other: TreeEdit): TreeEdit {
  const rules = [...new Set([...one.rules, ...other.rules])];
  const chosen = STRENGTH[other.act.kind] > STRENGTH[one.act.kind] ? other : one;
  return { ...chosen, rules };
}
