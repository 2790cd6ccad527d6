import { type DocumentNode, get, stringOf } from '../document.ts';
import { type DocumentSink, emitDocument } from '../emit-document.ts';

/** True for a Jupyter notebook (nbformat 3 and 4). */
export function isNotebook(root: DocumentNode): boolean {
  return get(root, 'nbformat') !== undefined && (get(root, 'cells') ?? get(root, 'worksheets')) !== undefined;
}

/** Emits the tree, and each cell's source as one text: code for the interpreter, or prose. */
export function emitNotebook(sink: DocumentSink, root: DocumentNode, pointer: string): void {
  emitDocument(sink, { root, syntax: 'json', pointer });
  const cells = get(root, 'cells');
  if (cells?.kind !== 'list') return;
  for (const [index, cell] of cells.items.entries()) {
    const source = get(cell, 'source');
    const text = sourceText(source);
    if (text === '') continue;
    const nature = stringOf(get(cell, 'cell_type')) === 'code' ? 'code' : 'prose';
    const offset = source?.span?.start ?? 0;
    sink.emit('text', { text, offset, pointer: `${pointer}/cells/${index}/source`, nature });
  }
}

/** A cell's source: one string, or a list of lines. */
export function sourceText(source: DocumentNode | undefined): string {
  if (source?.kind === 'list') return source.items.map((line) => stringOf(line) ?? '').join('');
  return stringOf(source) ?? '';
}
