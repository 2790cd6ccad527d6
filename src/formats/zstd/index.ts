import { isZstdMagic } from '../../bytes/codecs/zstd.ts';
import { parseCompressed } from '../compressed-stream.ts';
import { defineFormat } from '../format.ts';

const extensions = ['.zst', '.zstd'];

export const zstd = defineFormat({
  id: 'zstd',
  title: 'Zstandard-compressed file',
  extensions,
  detect(probe) {
    if (probe.head.length < 5) return null;
    const magic = new DataView(probe.head.buffer, probe.head.byteOffset).getUint32(0, true);
    if (!isZstdMagic(magic)) return null;
    // A skippable frame may also introduce an lz4 file.
    return probe.startsWith([0x28, 0xb5, 0x2f, 0xfd]) ? 'certain' : 'likely';
  },
  parse(context) {
    parseCompressed(context, { codec: 'zstd', extensions });
  },
});
