import { stringOf } from '../../formats/document.ts';
import type { Place } from '../config/document-index.ts';
import { documentRule } from '../config/document-rule.ts';
import { SUPPLY_CHAIN } from '../config/references.ts';
import { KERAS_PACKAGES } from '../data/keras-names.ts';

export const kerasCustomObject = documentRule<{ name: string }>()({
  id: 'keras-custom-object',
  title: 'Keras model needs a class that is not in Keras',
  severity: 'medium',
  formats: ['json', 'zip', 'hdf5'],
  references: [{ kind: 'CWE', id: 'CWE-829' }, { kind: 'CVE', id: 'CVE-2025-1550' }, ...SUPPLY_CHAIN],
  why: 'A name such as `package>Class` stands for a class that somebody registered. The model cannot be loaded without the code that does so, and that code is not in the file, so nothing can be said about it.',
  fix: 'Read the code that registers the class before importing it, and take it from the publisher of the model alone.',
  examples: {
    bad: [
      {
        name: 'config.json',
        content: '{"module": null, "class_name": "Thing", "config": {}, "registered_name": "acme>Thing"}',
      },
      { name: 'config.json', content: '{"class_name": "Custom>Thing", "config": {"units": 3}}' },
    ],
    good: [
      {
        name: 'config.json',
        content: '{"module": "keras.layers", "class_name": "Dense", "config": {}, "registered_name": "Dense"}',
      },
      {
        name: 'config.json',
        content:
          '{"module": "keras_hub.src.models.bert", "class_name": "BertBackbone", "config": {}, "registered_name": "keras_hub>BertBackbone"}',
      },
    ],
  },
  message: ({ name }) => `needs ${name}`,
  check(index, report) {
    for (const place of index.keyed('class_name')) {
      const name = place.sibling('config') === undefined ? undefined : customName(place);
      if (name !== undefined) report(place, { name: name.slice(0, 200) });
    }
  },
});

/** Keras 3 writes `registered_name`, Keras 2 puts the same into `class_name`. */
function customName(place: Place): string | undefined {
  const names = [stringOf(place.sibling('registered_name')), place.text];
  return names.find((name) => {
    const [, owner] = /^([^<>]+)>[^<>]+$/.exec(name ?? '') ?? [];
    return owner !== undefined && !KERAS_PACKAGES.has(owner);
  });
}
