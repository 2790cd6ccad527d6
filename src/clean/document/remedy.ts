import type { DocumentNode, Visit } from '../../formats/document.ts';
import type { TextContent } from '../../formats/text-content.ts';
import type { Finding } from '../../scan/report.ts';
import type { CleanOptions } from '../options.ts';
import type { Reached } from './reach.ts';
import type { TreeEdit } from './tree-edit.ts';

/** One place of a tree where a rule fired. */
export interface Wound {
  readonly finding: Finding;
  readonly reached: Reached;
  readonly root: DocumentNode;
  readonly options: CleanOptions;
  /** What the text there is for, as the rule saw it. */
  readonly nature: TextContent['nature'];
  /** The template that takes the place of a poisoned one, and its name; null when it is only removed. */
  readonly template: { readonly name: string; readonly text: string } | null;
  /** Rules that fired in the same file. */
  readonly fired: ReadonlySet<string>;
  /** Places that were mended as a whole, so that the next finding in them need not look through them again. */
  readonly mended: Set<DocumentNode>;
}

/** How the places of one rule are mended; an empty list means that there is no way. */
export type Remedy = (wound: Wound) => readonly TreeEdit[];

/** The entry or item goes. The root of a document cannot. */
export function remove(visit: Visit | undefined, finding: Finding, did = 'removed'): readonly TreeEdit[] {
  return visit?.parent === undefined ? [] : [{ visit, act: { kind: 'remove' }, rules: [finding.ruleId], did }];
}

/** Another value of the same meaning to an honest loader takes the place. */
export function replace(visit: Visit, finding: Finding, literal: string): readonly TreeEdit[] {
  return [{ visit, act: { kind: 'replace', literal }, rules: [finding.ruleId], did: `set to ${literal}` }];
}

/** The entries of a map, as places. */
export function entriesOf(parent: Visit): readonly Visit[] {
  const { node } = parent;
  if (node.kind !== 'map') return [];
  return node.entries.map((entry) => ({ node: entry.value, step: entry.key, parent, entry }));
}

/** The items of a list, as places; those that were not kept are left out. */
export function itemsOf(parent: Visit): readonly Visit[] {
  const { node } = parent;
  if (node.kind !== 'list') return [];
  return node.items.flatMap((item, step) =>
    item.kind === 'scalar' && item.elided === true ? [] : [{ node: item, step, parent }],
  );
}

/** The last entry of a key, as loaders have it. */
export function child(parent: Visit | undefined, key: string): Visit | undefined {
  return parent === undefined ? undefined : entriesOf(parent).findLast(({ step }) => step === key);
}
