import { reachingTensorflowOperators } from '../data/tensorflow-operators.ts';
import { savedModel } from '../examples/tensorflow.ts';
import { defineRule } from '../rule.ts';

export const tensorflowFileOp = defineRule<{ operator: string; count: number }>()({
  id: 'tensorflow-file-op',
  title: 'Graph reaches files or hosts',
  severity: 'high',
  facet: 'tensorflow',
  formats: ['tensorflow'],
  references: [
    { kind: 'CWE', id: 'CWE-73' },
    { kind: 'ATLAS', id: 'AML.T0025' },
  ],
  why: 'The operator reads or writes a file, or sends data, at a place the graph itself can name, whenever the model is run. Models for inference have no need of it.',
  fix: 'Do not run the model. Ask its publisher what the operator is for, and for a graph without it.',
  examples: {
    bad: [{ name: 'saved_model.pb', content: () => savedModel({ operators: ['Const', 'ReadFile'] }) }],
    good: [
      {
        name: 'saved_model.pb',
        content: () =>
          savedModel({
            operators: ['SaveV2', 'RestoreV2', 'MergeV2Checkpoints', 'DecodeJpeg', 'InitializeTableFromTextFileV2'],
          }),
      },
    ],
  },
  message: ({ operator, count }) => `${count} node${count === 1 ? '' : 's'} of ${operator} reach outside the model`,
  check(graph, report) {
    for (const { name, count, span } of graph.operators) {
      const severity = reachingTensorflowOperators.get(name);
      if (severity !== undefined) report({ data: { operator: name, count }, span, severity });
    }
  },
});
