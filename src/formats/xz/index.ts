import { XZ_MAGIC } from '../../bytes/codecs/xz.ts';
import { parseCompressed } from '../compressed-stream.ts';
import { defineFormat } from '../format.ts';

const extensions = ['.xz'];

export const xz = defineFormat({
  id: 'xz',
  title: 'xz-compressed file',
  extensions,
  detect: (probe) => (probe.startsWith(XZ_MAGIC) ? 'certain' : null),
  parse(context) {
    parseCompressed(context, { codec: 'xz', extensions });
  },
});
