import { decodeText, looksLikeText } from '../decode-text.ts';
import { emitDocument } from '../emit-document.ts';
import { defineFormat } from '../format.ts';
import { TextOffsets } from '../text-offsets.ts';
import { parsePbtxt } from './parse-pbtxt.ts';

/** Protocol buffers in text form: Triton's `config.pbtxt`, label maps, old TensorFlow pipelines. */
export const pbtxt = defineFormat({
  id: 'pbtxt',
  title: 'Protocol buffer text',
  extensions: ['.pbtxt', '.textproto'],
  detect: (probe) =>
    /\.(?:pbtxt|textproto|prototxt)$/.test(probe.name) && looksLikeText(probe.head) ? 'likely' : null,
  parse(context) {
    const { source, limits } = context;
    const { text, start } = decodeText(source, { name: 'maxYamlBytes', bytes: limits.maxYamlBytes });
    const offsets = new TextOffsets(text, start);
    emitDocument(context, { root: parsePbtxt(text, limits, (at) => offsets.at(at)), syntax: 'pbtxt' });
    context.cover(0, source.size, 'structure');
  },
});
