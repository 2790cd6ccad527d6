import { FormatError, LimitError } from '../../bytes/errors.ts';
import type { Source } from '../../bytes/source.ts';
import type { ParseContext } from '../format.ts';
import { decodeText } from '../text/read-text.ts';
import { pdfFeatures, svgFeatures } from './active-content.ts';
import { kind } from './media-kind.ts';

const PIECE_BYTES = 1024 * 1024;
const OVERLAP_BYTES = 64;

/** PDF (ISO 32000-1 §7.5): a header, objects, and `%%EOF` last. */
export const pdf = kind({
  id: 'pdf',
  title: 'PDF document',
  extensions: ['.pdf'],
  detect: (probe) => (probe.startsWith('%PDF-') ? 'certain' : null),
  endOf(source, context) {
    let end = -1;
    const features = new Set<string>();
    for (const { text, offset } of pieces(source, context)) {
      for (const feature of pdfFeatures(text)) features.add(feature);
      const mark = text.lastIndexOf('%%EOF');
      if (mark !== -1) end = offset + mark + 5 + (/^[\r\n \t]*/.exec(text.slice(mark + 5))?.[0].length ?? 0);
    }
    for (const feature of features) context.emit('active-content', { carrier: 'pdf', feature });
    if (end === -1)
      throw FormatError.of('malformed', { expected: '%%EOF', found: 'the end of the file', offset: source.size });
    return end;
  },
});

function* pieces(source: Source, context: ParseContext): Generator<{ text: string; offset: number }> {
  const buffer = new Uint8Array(PIECE_BYTES);
  const { maxTextBytes } = context.limits;
  for (let offset = 0; ; offset += PIECE_BYTES - OVERLAP_BYTES) {
    context.budget.checkTime();
    if (offset > maxTextBytes) throw LimitError.of('maxTextBytes', maxTextBytes, source.size);
    const filled = buffer.subarray(0, source.read(offset, buffer));
    yield { text: new TextDecoder('latin1').decode(filled), offset };
    if (filled.length < PIECE_BYTES) return;
  }
}

/** SVG: a picture in XML that browsers may run scripts of. */
export const svg = kind({
  id: 'svg',
  title: 'SVG image',
  extensions: ['.svg'],
  detect(probe) {
    const head = new TextDecoder('latin1').decode(probe.head);
    return /^(?:\u00ef\u00bb\u00bf)?\s{0,64}<(?:svg\b|\?xml|!--|!DOCTYPE svg)/i.test(head) && /<svg\b/i.test(head)
      ? 'certain'
      : null;
  },
  endOf(source, context) {
    const { maxDocumentBytes } = context.limits;
    if (source.size > maxDocumentBytes) throw LimitError.of('maxDocumentBytes', maxDocumentBytes, source.size);
    const bytes = new Uint8Array(source.size);
    const text = decodeText(bytes.subarray(0, source.read(0, bytes)), 0);
    for (const feature of svgFeatures(text)) context.emit('active-content', { carrier: 'svg', feature });
    context.emit('text', { text, offset: 0, pointer: '', nature: 'data' });
    const close = /<\/svg\s{0,64}>\s*$|\/>\s*$/i.test(text.slice(-4096)) || /-->\s*$/.test(text.slice(-4096));
    if (!close) throw FormatError.of('malformed', { expected: '</svg>', found: 'other text', offset: source.size });
    return source.size;
  },
});
