import { parseCompressed } from '../compressed-stream.ts';
import { defineFormat } from '../format.ts';

const extensions = ['.lz4'];

export const lz4 = defineFormat({
  id: 'lz4',
  title: 'lz4-compressed file',
  extensions,
  detect(probe) {
    if (probe.startsWith([0x02, 0x21, 0x4c, 0x18])) return 'certain';
    const version = (probe.head[4] ?? 0) >> 6;
    return probe.startsWith([0x04, 0x22, 0x4d, 0x18]) && version === 1 ? 'certain' : null;
  },
  parse(context) {
    parseCompressed(context, { codec: 'lz4', extensions });
  },
});
