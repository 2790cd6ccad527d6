import { type DocumentNode, get, stringOf } from '../../formats/document.ts';
import { documentRule } from '../config/document-rule.ts';
import { SUPPLY_CHAIN } from '../config/references.ts';

export const kerasLambda = documentRule<{ layer: string; where: string }>()({
  id: 'keras-lambda',
  title: 'Keras model holds Python bytecode',
  severity: 'critical',
  formats: ['json', 'zip', 'hdf5'],
  references: [
    { kind: 'CWE', id: 'CWE-502' },
    { kind: 'CVE', id: 'CVE-2024-3660' },
    { kind: 'CVE', id: 'CVE-2025-9905' },
    ...SUPPLY_CHAIN,
  ],
  why: 'A Lambda layer made from a Python lambda is stored as marshalled bytecode that runs when the model is loaded or called. Safe mode refuses it in `.keras` files; for HDF5 files some versions ignored safe mode.',
  fix: 'Do not load the model. Ask the publisher to replace the layer by a registered class.',
  examples: {
    bad: [
      {
        name: 'config.json',
        content:
          '{"class_name": "Sequential", "config": {"layers": [{"module": "keras.layers", "class_name": "Lambda", "config": {"name": "l", "function": {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": null, "closure": null}}}}]}}',
      },
      {
        name: 'config.json',
        content:
          '{"class_name": "Lambda", "config": {"name": "l", "function": ["4wEAAAA=\\n", null, null], "function_type": "lambda"}}',
      },
    ],
    good: [
      {
        name: 'config.json',
        content:
          '{"module": "keras.layers", "class_name": "Lambda", "config": {"name": "l", "function": {"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "function"}}}',
      },
      { name: 'config.json', content: '{"module": "keras.layers", "class_name": "Dense", "config": {"units": 3}}' },
    ],
  },
  message: ({ layer, where }) => `${layer} holds bytecode in "${where}"`,
  check(index, report) {
    for (const place of index.keyed('class_name')) {
      const config = place.sibling('config');
      if (place.text === '__lambda__') report(place, { layer: 'a function', where: 'code' });
      if (place.text !== 'Lambda') continue;
      const layer = stringOf(get(config, 'name')) ?? 'Lambda';
      for (const where of ['function', 'output_shape', 'mask']) {
        if (holdsBytecode(get(config, where), stringOf(get(config, `${where}_type`)))) report(place, { layer, where });
      }
    }
  },
});

/** Keras 2 writes `[code, defaults, closure]` and a type; what Keras 3 writes has a class name of its own. */
function holdsBytecode(node: DocumentNode | undefined, type: string | undefined): boolean {
  if (node === undefined) return false;
  if (type === 'lambda') return true;
  return node.kind === 'list' && node.items.length === 3 && (stringOf(node.items[0])?.length ?? 0) >= 8;
}
