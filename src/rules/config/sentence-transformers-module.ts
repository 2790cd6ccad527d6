import { type DocumentNode, get, stringOf } from '../../formats/document.ts';
import type { Severity } from '../rule.ts';
import type { DocumentIndex, Place } from './document-index.ts';
import { documentRule } from './document-rule.ts';
import { SUPPLY_CHAIN } from './references.ts';
import { judgeTarget, type Target } from './target.ts';

export const sentenceTransformersModule = documentRule<{ key: string; target: string }>()({
  id: 'sentence-transformers-module',
  title: 'Sentence transformer imports a class from elsewhere',
  severity: 'high',
  formats: ['json'],
  references: [
    { kind: 'CWE', id: 'CWE-470' },
    { kind: 'URL', id: 'https://github.com/UKPLab/sentence-transformers/issues/3683' },
    ...SUPPLY_CHAIN,
  ],
  why: '`modules.json`, the activation function of a dense layer, router types and tokenizer classes are dotted names that sentence-transformers imports. Versions before 6.0 import whatever is named.',
  fix: 'Only `sentence_transformers.*` and `torch.nn.*` belong there. Read the file of the repository that anything else names, or do not load the model.',
  examples: {
    bad: [
      { name: 'modules.json', content: '[{"idx": 0, "name": "0", "path": "", "type": "acme_tools.Runner"}]' },
      { name: 'config.json', content: '{"in_features": 3, "activation_function": "os.system"}' },
    ],
    good: [
      {
        name: 'modules.json',
        content:
          '[{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}, {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]',
      },
      { name: 'config.json', content: '{"in_features": 3, "activation_function": "torch.nn.modules.activation.Tanh"}' },
      { name: 'config.json', content: '{"model_type": "gpt2", "activation_function": "gelu_new"}' },
    ],
  },
  message: ({ key, target }) => `"${key}" imports ${target}`,
  check(index, report, { policy }) {
    for (const { place, text } of importedNames(index)) {
      const target = judgeTarget(text, policy);
      const severity = severityOf(target);
      if (severity !== null) report(place, { key: String(place.step), target: target.name }, severity);
    }
  },
});

/** Code of the repository itself is what `auto_map` is elsewhere: common, and to be read first. */
function severityOf(target: Target): Severity | null {
  if (target.kind === 'runs-code' || target.kind === 'alias') return 'critical';
  if (/^(?:sentence_transformers|torch\.nn|transformers)\./.test(target.name)) return null;
  if (/^custom_|^modeling_/.test(target.name)) return 'medium';
  return target.kind === 'unknown' || target.kind === 'reaches-out' || target.kind === 'trusted' ? 'high' : null;
}

const ACTIVATION_KEYS = [
  'activation_fn',
  'activation_function',
  'sbert_ce_default_activation_function',
  'tokenizer_class',
] as const;

function importedNames(index: DocumentIndex): { place: Place; text: string }[] {
  const activations = ACTIVATION_KEYS.flatMap((key) => index.keyed(key)).flatMap((place) => named(place, place.node));
  const types = index.keyed('types').flatMap((place) => {
    if (place.node.kind !== 'map' || get(place.map, 'structure') === undefined) return [];
    return place.node.entries.flatMap((entry) => named(place, entry.value));
  });
  return [...activations, ...types, ...moduleTypes(index)];
}

function moduleTypes(index: DocumentIndex): { place: Place; text: string }[] {
  if (index.root.node.kind !== 'list') return [];
  return index
    .keyed('type')
    .filter((place) => place.sibling('idx') !== undefined && place.sibling('path') !== undefined)
    .flatMap((place) => named(place, place.node));
}

function named(place: Place, node: DocumentNode): { place: Place; text: string }[] {
  const text = stringOf(node);
  return text?.includes('.') === true ? [{ place, text }] : [];
}
