import { lzmaAloneSize } from '../../bytes/codecs/lzma-readers.ts';
import { parseCompressed, tryDecode } from '../compressed-stream.ts';
import { defineFormat, type Probe } from '../format.ts';

const extensions = ['.lzma'];
const HEADER_BYTES = 13;
/** The plausibility test the usual decoders make for want of a magic number: sizes below 256 GiB. */
const MAX_PLAUSIBLE_BYTES = 2 ** 38;

export const lzma = defineFormat({
  id: 'lzma',
  title: 'LZMA file (.lzma, without a magic number)',
  extensions,
  detect(probe) {
    if (!plausibleHeader(probe)) return null;
    const { bytes, sound } = tryDecode(probe, 'lzma');
    if (sound) return 'certain';
    return bytes > 64 ? 'likely' : null;
  },
  parse(context) {
    parseCompressed(context, { codec: 'lzma', extensions });
  },
});

/** Legal properties, a dictionary of 2^n or 2^n + 2^(n-1) bytes, a size that can be, and the first byte of a range coder. */
function plausibleHeader({ head }: Probe): boolean {
  if (head.length < HEADER_BYTES + 5 || (head[0] as number) >= 225 || head[HEADER_BYTES] !== 0) return false;
  const dictionary = new DataView(head.buffer, head.byteOffset).getUint32(1, true);
  const size = lzmaAloneSize(head.subarray(5, HEADER_BYTES));
  return isDictionarySize(dictionary) && (size === undefined || size < MAX_PLAUSIBLE_BYTES);
}

function isDictionarySize(size: number): boolean {
  if (size === 0xffffffff) return true;
  if (size < 4096) return false;
  const power = 2 ** Math.floor(Math.log2(size));
  return size === power || size === power * 1.5;
}
