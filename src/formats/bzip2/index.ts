import { parseCompressed } from '../compressed-stream.ts';
import { defineFormat } from '../format.ts';

const extensions = ['.bz2'];
const BLOCK = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59];
const END = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90];

export const bzip2 = defineFormat({
  id: 'bzip2',
  title: 'bzip2-compressed file',
  extensions,
  detect: (probe) =>
    probe.startsWith('BZh') && (probe.startsWith(BLOCK, 4) || probe.startsWith(END, 4)) ? 'certain' : null,
  parse(context) {
    parseCompressed(context, { codec: 'bzip2', extensions });
  },
});
