import { decodeText, looksLikeText } from '../decode-text.ts';
import { emitDocument } from '../emit-document.ts';
import { defineFormat, type Probe } from '../format.ts';
import { TextOffsets } from '../text-offsets.ts';
import { listXml } from './list-xml.ts';

/** XML as a list of its elements: enough to judge PMML and OpenVINO models, whatever their size in depth. */
export const xml = defineFormat({
  id: 'xml',
  title: 'XML document',
  extensions: ['.xml', '.pmml'],
  detect: (probe) => (looksLikeText(probe.head) && beginsLikeXml(probe) ? 'likely' : null),
  parse(context) {
    const { source, limits } = context;
    const { text, start } = decodeText(source, { name: 'maxDocumentBytes', bytes: limits.maxDocumentBytes });
    const offsets = new TextOffsets(text, start);
    const root = listXml(text, limits, (at) => offsets.at(at));
    emitDocument(context, { root, syntax: 'xml' });
    context.cover(0, source.size, 'structure');
  },
});

function beginsLikeXml(probe: Probe): boolean {
  const head = new TextDecoder()
    .decode(probe.head.subarray(0, 512))
    .replace(/^\uFEFF/, '')
    .trimStart();
  return (
    head.startsWith('<?xml') ||
    /^<(?:PMML|net)[\s>]/.test(head) ||
    (/\.(?:xml|pmml)$/.test(probe.name) && head.startsWith('<'))
  );
}
