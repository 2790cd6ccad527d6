import { stringOf } from '../../formats/document.ts';
import { isEscapingPath } from './paths.ts';
import { documentRule } from './document-rule.ts';
import { DISCLOSURE } from './references.ts';

export const weightMapPath = documentRule<{ tensor: string; path: string }>()({
  id: 'weight-map-path',
  title: 'Index of weights points outside the model',
  severity: 'high',
  formats: ['json'],
  references: [
    { kind: 'CWE', id: 'CWE-22' },
    { kind: 'URL', id: 'https://github.com/huggingface/transformers/issues/46097' },
    ...DISCLOSURE,
  ],
  why: 'Loaders join the values of `weight_map` to the model’s folder. An absolute path, `..` or an address makes them read, or unpickle, a file elsewhere.',
  fix: 'Do not load the model. The index of an honest model names files next to it.',
  examples: {
    bad: [
      { name: 'model.safetensors.index.json', content: '{"weight_map": {"a": "../../outside/model.safetensors"}}' },
    ],
    good: [
      {
        name: 'model.safetensors.index.json',
        content:
          '{"metadata": {"total_size": 8}, "weight_map": {"a": "model-00001-of-00001.safetensors", "b": "unet/model.safetensors"}}',
      },
    ],
  },
  message: ({ tensor, path }) => `${tensor} is to be read from ${path}`,
  check(index, report) {
    for (const place of index.keyed('weight_map')) {
      if (place.node.kind !== 'map') continue;
      for (const { key, value } of place.node.entries) {
        const path = stringOf(value);
        if (path !== undefined && isEscapingPath(path))
          report(place, { tensor: key.slice(0, 200), path: path.slice(0, 200) });
      }
    }
  },
});
