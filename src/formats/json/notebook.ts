import { type DocumentNode, get, stringOf } from '../document.ts';
import { type DocumentSink, emitDocument } from '../emit-document.ts';

/** True for a Jupyter notebook: nbformat 2 to 4 name their version, the first did not. */
export function isNotebook(root: DocumentNode): boolean {
  const cells = get(root, 'cells');
  if (get(root, 'nbformat') !== undefined) return (cells ?? get(root, 'worksheets')) !== undefined;
  return itemsOf(cells).some((cell) => get(cell, 'cell_type') !== undefined && cellSources(cell).length > 0);
}

/** A cell of a notebook, and the pointer that leads to it from the root. */
export interface NotebookCell {
  readonly node: DocumentNode;
  readonly pointer: string;
}

/** The cells, which before nbformat 4 are in worksheets. Both places are looked at: Jupyter goes by the version named. */
export function notebookCells(root: DocumentNode): readonly NotebookCell[] {
  const own = itemsOf(get(root, 'cells')).map((node, index) => ({ node, pointer: `/cells/${index}` }));
  const inSheets = itemsOf(get(root, 'worksheets')).flatMap((sheet, at) =>
    itemsOf(get(sheet, 'cells')).map((node, index) => ({ node, pointer: `/worksheets/${at}/cells/${index}` })),
  );
  return [...own, ...inSheets];
}

/** Where cells keep what they run: nbformat 4, 2 and 3, 1. The first upgrades the others, whatever stands beside. */
const SOURCE_KEYS = ['source', 'input', 'code'] as const;

/** Every text of a cell that may be its source, by key. */
export function cellSources(cell: DocumentNode): readonly { readonly key: string; readonly node: DocumentNode }[] {
  return SOURCE_KEYS.flatMap((key) => {
    const node = get(cell, key);
    return node === undefined ? [] : [{ key, node }];
  });
}

/** Emits the tree, and each cell's source as one text: code for the interpreter, or prose. */
export function emitNotebook(sink: DocumentSink, root: DocumentNode, pointer: string): void {
  emitDocument(sink, { root, syntax: 'json', pointer });
  for (const { node: cell, pointer: place } of notebookCells(root)) {
    const nature = stringOf(get(cell, 'cell_type')) === 'code' ? 'code' : 'prose';
    for (const { key, node } of cellSources(cell)) {
      const text = sourceText(node);
      if (text === '') continue;
      sink.emit('text', { text, offset: node.span?.start ?? 0, pointer: `${pointer}${place}/${key}`, nature });
    }
  }
}

/** A cell's source: one string, or a list of lines. */
export function sourceText(source: DocumentNode | undefined): string {
  if (source?.kind === 'list') return source.items.map((line) => stringOf(line) ?? '').join('');
  return stringOf(source) ?? '';
}

function itemsOf(node: DocumentNode | undefined): readonly DocumentNode[] {
  return node?.kind === 'list' ? node.items : [];
}
