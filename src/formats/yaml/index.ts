import { FormatError, LimitError } from '../../bytes/errors.ts';
import { decodeText, isUtf16, looksLikeText } from '../decode-text.ts';
import { emitDocument } from '../emit-document.ts';
import { defineFormat, type Probe } from '../format.ts';
import { TextOffsets } from '../text-offsets.ts';
import { parseYaml } from './parse-yaml.ts';
import { hasYamlPowers } from './powers.ts';

const NAMES = /\.(?:ya?ml|nemo_config)$|^mlmodel$/;

/** YAML (1.1 as PyYAML reads it, 1.2 in syntax), by name or, under any name, by keys and tags that have power. */
export const yaml = defineFormat({
  id: 'yaml',
  title: 'YAML document',
  extensions: ['.yaml', '.yml', 'MLmodel'],
  detect(probe) {
    if (NAMES.test(probe.name)) return 'likely';
    if (!looksLikeText(probe.head) && !isUtf16(probe.head)) return null;
    return isPowerfulYaml(probe) ? 'likely' : null;
  },
  parse(context) {
    const { source, limits } = context;
    const { text, start } = decodeText(source, { name: 'maxYamlBytes', bytes: limits.maxYamlBytes });
    const offsets = new TextOffsets(text, start);
    for (const { root, error } of parseYaml(text, limits, (at) => offsets.at(at))) {
      if (error !== undefined) context.flaw(error);
      emitDocument(context, { root, syntax: 'yaml' });
    }
    context.cover(0, source.size, 'structure');
  },
});

/** Under another name only text that a loader would accept counts: documentation may well show a `_target_:`. */
function isPowerfulYaml(probe: Probe): boolean {
  const { limits } = probe.budget;
  if (probe.source.size > limits.maxYamlBytes) return false;
  try {
    const { text } = decodeText(probe.source, { name: 'maxYamlBytes', bytes: limits.maxYamlBytes });
    if (!hasYamlPowers(text)) return false;
    return parseYaml(text, limits).some((part) => part.error === undefined && part.root.kind !== 'scalar');
  } catch (error) {
    // Too deep or too large to tell is worth a finding; what no loader would accept is not.
    if (error instanceof LimitError) return true;
    if (error instanceof FormatError) return false;
    throw error;
  }
}
