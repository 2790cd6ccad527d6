import type { DocumentNode, Visit } from '../../formats/document.ts';
import { child, entriesOf, itemsOf } from './remedy.ts';
import type { TreeEdit } from './tree-edit.ts';

/** What a notebook needs to be opened; other metadata is notes of the programs that edited it. */
const NEEDED_METADATA: ReadonlySet<string> = new Set(['kernelspec', 'language_info']);

/** Empties outputs, execution counts and metadata of all cells, as `nbconvert --clear-output` does and a little more. */
export function clearNotebook(root: DocumentNode): readonly TreeEdit[] {
  const top: Visit = { node: root, step: undefined, parent: undefined };
  const metadata = child(top, 'metadata');
  const notes = metadata === undefined ? [] : entriesOf(metadata).filter(({ step }) => !NEEDED_METADATA.has(`${step}`));
  return [
    ...notes.map((visit): TreeEdit => ({ visit, act: { kind: 'remove' }, rules: ['option'], did: 'removed' })),
    ...cellsOf(top).flatMap(clearCell),
  ];
}

/** In the order in which the rules count them. */
export function cellsOf(root: Visit): readonly Visit[] {
  const sheets = child(root, 'worksheets');
  const lists = [root, ...(sheets === undefined ? [] : itemsOf(sheets))].map((holder) => child(holder, 'cells'));
  return lists.flatMap((list) => (list === undefined ? [] : itemsOf(list)));
}

function clearCell(cell: Visit): readonly TreeEdit[] {
  const empty: TreeEdit[] = [];
  const set = (key: string, literal: string, isEmpty: (node: DocumentNode) => boolean): void => {
    const visit = child(cell, key);
    if (visit === undefined || isEmpty(visit.node)) return;
    empty.push({ visit, act: { kind: 'replace', literal }, rules: ['option'], did: `set to ${literal}` });
  };
  set('outputs', '[]', (node) => node.kind === 'list' && node.items.length === 0);
  set('metadata', '{}', (node) => node.kind === 'map' && node.entries.length === 0);
  for (const key of ['execution_count', 'prompt_number']) {
    set(key, 'null', (node) => node.kind === 'scalar' && node.value === null);
  }
  return empty;
}
