import { decodeText, looksLikeText } from '../decode-text.ts';
import { emitDocument } from '../emit-document.ts';
import { defineFormat, type Probe } from '../format.ts';
import { TextOffsets } from '../text-offsets.ts';
import { parseIni } from './parse-ini.ts';

const NAMES = /\.(?:cfg|ini|conf)$/;

/** Sections of `key = value`, as spaCy's `config.cfg` has them; values that are JSON are read as JSON. */
export const ini = defineFormat({
  id: 'ini',
  title: 'INI configuration',
  extensions: ['.cfg', '.ini'],
  detect: (probe) => (NAMES.test(probe.name) && hasSection(probe) ? 'likely' : null),
  parse(context) {
    const { source, limits } = context;
    const { text, start } = decodeText(source, { name: 'maxYamlBytes', bytes: limits.maxYamlBytes });
    const offsets = new TextOffsets(text, start);
    emitDocument(context, { root: parseIni(text, (at) => offsets.at(at)), syntax: 'ini' });
    context.cover(0, source.size, 'structure');
  },
});

function hasSection(probe: Probe): boolean {
  return looksLikeText(probe.head) && /^[ \t]{0,9}\[[^\]\n]{1,200}\]/m.test(new TextDecoder().decode(probe.head));
}
