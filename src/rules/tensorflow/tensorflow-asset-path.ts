import { savedModel } from '../examples/tensorflow.ts';
import { outsidePath } from '../onnx/outside-path.ts';
import { defineRule } from '../rule.ts';

export const tensorflowAssetPath = defineRule<{ path: string; reason: string }>()({
  id: 'tensorflow-asset-path',
  title: 'Asset outside the model folder',
  severity: 'high',
  facet: 'tensorflow',
  formats: ['tensorflow'],
  references: [{ kind: 'CWE', id: 'CWE-22' }],
  why: 'Assets are files in the folder of the model. A name that is absolute or climbs out makes the loader read any file of the machine.',
  fix: 'Do not load the model.',
  examples: {
    bad: [{ name: 'saved_model.pb', content: () => savedModel({ assets: ['../../../etc/passwd'] }) }],
    good: [{ name: 'saved_model.pb', content: () => savedModel({ assets: ['vocabulary.txt'] }) }],
  },
  message: ({ path, reason }) => `asset ${path} ${reason}`,
  check(graph, report) {
    for (const { path, span } of graph.assets) {
      const reason = outsidePath(path);
      if (reason !== null) report({ data: { path, reason }, span });
    }
  },
});
