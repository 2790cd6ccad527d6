import { readBytes, type Source } from '../../bytes/source.ts';
import { defineFormat } from '../format.ts';
import { FOOTER_BYTES, MAGIC, readBundle } from './read-bundle.ts';

/** The index of a TensorFlow checkpoint: a sorted table of tensor names and where each lies in the data files beside it. */
export const tensorBundle = defineFormat({
  id: 'tensor-bundle',
  title: 'TensorFlow checkpoint index',
  extensions: ['.index'],
  detect: ({ source, head }) => (head.length >= FOOTER_BYTES && endsWithMagic(source) ? 'certain' : null),
  parse(context) {
    let tensors = 0;
    readBundle(context, {
      entry(key) {
        tensors += key.length === 0 ? 0 : 1;
        return silent;
      },
    });
    context.detail('tensors', tensors);
  },
});

// What is walked is only looked at for damage and for fields nobody knows.
const silent = { enter: () => {}, leave: () => {}, number: () => {}, content: () => {} };

function endsWithMagic(source: Source): boolean {
  if (source.sequential === true) return false;
  const tail = readBytes(source, Math.max(0, source.size - MAGIC.length), MAGIC.length);
  return MAGIC.every((byte, index) => tail[index] === byte);
}
