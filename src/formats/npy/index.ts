import { FormatError } from '../../bytes/errors.ts';
import { defineFormat, type ParseContext } from '../format.ts';
import { examinePickle } from '../pickle/stream.ts';
import { MAGIC, type NpyHeader, readNpyHeader } from './header.ts';

/** NumPy array file, versions 1 to 3 (numpy/lib/format.py): header text, then raw items, or a pickle for items that are objects. */
export const npy = defineFormat({
  id: 'npy',
  title: 'NumPy array',
  extensions: ['.npy'],
  detect: (probe) => (probe.startsWith(MAGIC) ? 'certain' : null),
  parse(context) {
    const header = readNpyHeader(context.source, context.limits);
    context.cover(0, header.dataStart, 'structure');
    context.detail('array', { shape: header.shape, objects: header.dtype.hasObject });
    context.emit('npy', header);
    if (header.dtype.hasObject) examinePickle(context, { start: header.dataStart });
    else coverItems(context, header);
  },
});

function coverItems(context: ParseContext, header: NpyHeader): void {
  const count = header.shape.reduce((product, dimension) => product * dimension, 1);
  const end = header.dataStart + count * header.dtype.itemBytes;
  const { size } = context.source;
  context.cover(header.dataStart, Math.min(end, size), 'payload');
  if (!(end <= size))
    throw FormatError.of('truncated', { wanted: end - header.dataStart, offset: header.dataStart, size });
}
