import { FormatError } from '../../bytes/errors.ts';
import { decodeText, encodingOf, isUtf16, looksLikeText } from '../decode-text.ts';
import { emitDocument } from '../emit-document.ts';
import { defineFormat, type Probe } from '../format.ts';
import { TextOffsets } from '../text-offsets.ts';
import { listXml } from './list-xml.ts';

const DECLARED = /^<\?xml[^>]*?\sencoding\s{0,9}=\s{0,9}["']([^"']{1,40})/;
/** Encodings in which a tag is spelled as in ASCII; in UTF-7 it would be hidden. UTF-16 has been decoded by its mark. */
const KEEPS_ASCII =
  /^(?:utf-?(?:8|16(?:[bl]e)?)|us-ascii|ascii|iso-8859-\d{1,2}|latin-?1|windows-125\d|cp125\d|koi8-[ru])$/i;

/** XML as a list of its elements: enough to judge PMML and OpenVINO models, whatever their size in depth. */
export const xml = defineFormat({
  id: 'xml',
  title: 'XML document',
  extensions: ['.xml', '.pmml'],
  detect: (probe) => ((looksLikeText(probe.head) || isUtf16(probe.head)) && beginsLikeXml(probe) ? 'likely' : null),
  parse(context) {
    const { source, limits } = context;
    const { text, start } = decodeText(source, { name: 'maxDocumentBytes', bytes: limits.maxDocumentBytes });
    const encoding = DECLARED.exec(text.slice(0, 200))?.[1] ?? 'utf-8';
    if (!KEEPS_ASCII.test(encoding)) throw FormatError.of('unsupported', { feature: `XML in ${encoding}`, offset: 0 });
    const offsets = new TextOffsets(text, start);
    const root = listXml(text, limits, (at) => offsets.at(at));
    emitDocument(context, { root, syntax: 'xml' });
    context.cover(0, source.size, 'structure');
  },
});

function beginsLikeXml(probe: Probe): boolean {
  const head = new TextDecoder(encodingOf(probe.head)[0])
    .decode(probe.head.subarray(0, 512))
    .replace(/^\uFEFF/, '')
    .trimStart();
  return (
    head.startsWith('<?xml') ||
    /^<(?:PMML|net)[\s>]/.test(head) ||
    (/\.(?:xml|pmml)$/.test(probe.name) && head.startsWith('<'))
  );
}
