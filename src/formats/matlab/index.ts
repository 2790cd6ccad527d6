import { FormatError } from '../../bytes/errors.ts';
import { readBytes, type Source } from '../../bytes/source.ts';
import { defineFormat, type ParseContext } from '../format.ts';

/** 116 bytes of text, an offset into the file, version 1 and the letters that tell the byte order (MAT-File Format, level 5). */
const HEADER_BYTES = 128;
const TAG_BYTES = 8;
/** Types of data elements: plain numbers and text, matrices, and zlib streams of one matrix. */
const LAST_TYPE = 18;
const COMPRESSED = 15;
const ELEMENTS_PER_TIME_CHECK = 1024;

/** MATLAB 5 data files, as `scipy.io.savemat` writes them: a header and data elements one after the other. */
export const matlab = defineFormat({
  id: 'matlab',
  title: 'MATLAB 5 data',
  extensions: ['.mat'],
  detect: (probe) => (probe.startsWith('MATLAB 5.0 MAT-file') && byteOrder(probe.head) !== null ? 'certain' : null),
  parse(context) {
    const { source } = context;
    const head = readBytes(source, 0, HEADER_BYTES);
    const little = byteOrder(head) === 'IM';
    context.cover(0, HEADER_BYTES, 'structure');
    let at = HEADER_BYTES;
    for (let count = 1; at < source.size; count += 1) {
      if (count % ELEMENTS_PER_TIME_CHECK === 0) context.budget.checkTime();
      at = coverElement(context, at, little);
    }
  },
});

function byteOrder(head: Uint8Array): 'IM' | 'MI' | null {
  if (head.length < HEADER_BYTES) return null;
  const end = String.fromCharCode(...head.subarray(124, HEADER_BYTES));
  if (end === '\u0000\u0001IM') return 'IM';
  return end === '\u0001\u0000MI' ? 'MI' : null;
}

/** Accounts for the element at `at` and returns where the next one starts. */
function coverElement(context: ParseContext, at: number, little: boolean): number {
  const { source } = context;
  const { type, bytes } = readTag(source, at, little);
  if (type < 1 || type > LAST_TYPE) {
    throw FormatError.of('malformed', { expected: 'a data element', found: `type ${type}`, offset: at });
  }
  const end = at + TAG_BYTES + bytes;
  if (end > source.size)
    throw FormatError.of('truncated', { wanted: bytes, offset: at + TAG_BYTES, size: source.size });
  context.cover(at, at + TAG_BYTES, 'structure');
  context.cover(at + TAG_BYTES, end, 'payload');
  const next = type === COMPRESSED ? end : Math.min(Math.ceil(end / 8) * 8, source.size);
  context.cover(end, next, 'padding');
  return next;
}

function readTag(source: Source, at: number, little: boolean): { type: number; bytes: number } {
  const tag = readBytes(source, at, TAG_BYTES);
  if (tag.length < TAG_BYTES) throw FormatError.of('truncated', { wanted: TAG_BYTES, offset: at, size: source.size });
  const view = new DataView(tag.buffer, tag.byteOffset, TAG_BYTES);
  return { type: view.getUint32(0, little), bytes: view.getUint32(4, little) };
}
