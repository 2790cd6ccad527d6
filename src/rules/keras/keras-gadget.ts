import { get, stringOf } from '../../formats/document.ts';
import type { Place } from '../config/document-index.ts';
import { documentRule } from '../config/document-rule.ts';
import { SUPPLY_CHAIN } from '../config/references.ts';
import { KERAS_GADGETS, KERAS_LOADING_LAYERS, KERAS_LOOKUP_LAYERS } from '../data/keras-names.ts';

export const kerasGadget = documentRule<{ name: string; reason: string }>()({
  id: 'keras-gadget',
  title: 'Keras model uses a part of Keras that reaches outside',
  severity: 'high',
  formats: ['json', 'zip', 'hdf5'],
  references: [
    { kind: 'CWE', id: 'CWE-502' },
    { kind: 'CVE', id: 'CVE-2025-8747' },
    { kind: 'CVE', id: 'CVE-2025-9906' },
    { kind: 'CVE', id: 'CVE-2025-12058' },
    { kind: 'CVE', id: 'CVE-2025-49655' },
    { kind: 'CVE', id: 'CVE-2026-1462' },
    ...SUPPLY_CHAIN,
  ],
  why: 'Some public functions of Keras download files, load other models or switch safe mode off, some layers load files or models of other frameworks, and a vocabulary given as a path is read from the disk. Naming them in a configuration turns Keras’s own allow-list against it.',
  fix: 'Do not load the model with Keras before 3.12.1. Ask the publisher for a model whose vocabulary and weights are inside the file.',
  examples: {
    bad: [
      {
        name: 'config.json',
        content:
          '{"module": "keras.utils", "class_name": "function", "config": "get_file", "registered_name": "function"}',
      },
      {
        name: 'config.json',
        content: '{"module": "keras.layers", "class_name": "TFSMLayer", "config": {"filepath": "/tmp/x"}}',
      },
      {
        name: 'config.json',
        content: '{"module": "keras.layers", "class_name": "StringLookup", "config": {"vocabulary": "/etc/hostname"}}',
      },
    ],
    good: [
      {
        name: 'config.json',
        content: '{"module": "keras.layers", "class_name": "StringLookup", "config": {"vocabulary": ["a", "b"]}}',
      },
    ],
  },
  message: ({ name, reason }) => `${name} ${reason}`,
  check(index, report) {
    for (const place of index.keyed('class_name')) {
      const found = gadgetAt(place);
      if (found !== null) report(place, found);
    }
  },
});

interface Gadget {
  readonly name: string;
  readonly reason: string;
}

function gadgetAt(place: Place): Gadget | null {
  const config = place.sibling('config');
  if (config === undefined) return null;
  const className = (place.text ?? '').split('>').at(-1) ?? '';
  const name = className === 'function' ? (stringOf(config) ?? '') : className;
  if (isKerasPart(place) && KERAS_GADGETS.has(name)) return { name, reason: 'is no part of a model' };
  if (KERAS_LOADING_LAYERS.has(className)) return { name: className, reason: 'loads something from elsewhere' };
  return vocabularyGadget(className, stringOf(get(config, 'vocabulary')) ?? '');
}

function isKerasPart(place: Place): boolean {
  return /^(?:keras|tf_keras|tensorflow)/.test(stringOf(place.sibling('module')) ?? '');
}

function vocabularyGadget(className: string, vocabulary: string): Gadget | null {
  if (!KERAS_LOOKUP_LAYERS.has(className) || vocabulary === '') return null;
  return { name: className, reason: `reads its vocabulary from ${vocabulary.slice(0, 200)}` };
}
