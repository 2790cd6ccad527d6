import { isZlibHeader } from '../../bytes/codecs/zlib.ts';
import { parseCompressed, tryDecode } from '../compressed-stream.ts';
import { defineFormat } from '../format.ts';

const extensions = ['.zlib', '.z'];

/** Two bytes are no magic number: only what really decodes is a zlib stream. */
export const zlib = defineFormat({
  id: 'zlib',
  title: 'zlib stream',
  extensions,
  detect(probe) {
    const [first = 0, second = 0] = probe.head;
    if (!isZlibHeader(first, second)) return null;
    const { bytes, sound } = tryDecode(probe, 'zlib');
    if (sound) return 'certain';
    // Damaged early: still a zlib stream when more came out than an accident gives.
    return bytes > 64 ? 'likely' : null;
  },
  parse(context) {
    parseCompressed(context, { codec: 'zlib', extensions });
  },
});
