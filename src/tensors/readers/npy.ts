import { defineTensorReader } from '../reader.ts';
import { readArray } from '../numpy/read-array.ts';
import type { RefusedTensor } from '../tensor.ts';

/** A single array, which has no name of its own: it is called as the file is, without the ending. */
export const npyReader = defineTensorReader({
  format: 'npy',
  read(context) {
    const refused: RefusedTensor[] = [];
    const tensors = readArray(context, { name: nameOf(context.path), member: '', start: 0, refused });
    return { format: 'npy', tensors, refused, omitted: [], metadata: new Map(), globals: [], notes: [] };
  },
});

function nameOf(path: string): string {
  const file = path.split(/[/\\]/).at(-1) ?? '';
  return file.replace(/\.npy$/i, '') || 'array';
}
