import { pythonTensorflowOperators } from '../data/tensorflow-operators.ts';
import { savedModel } from '../examples/tensorflow.ts';
import { defineRule } from '../rule.ts';

export const tensorflowPythonOp = defineRule<{ operator: string; count: number }>()({
  id: 'tensorflow-python-op',
  title: 'Graph calls Python code',
  severity: 'critical',
  facet: 'tensorflow',
  formats: ['tensorflow'],
  references: [
    { kind: 'CWE', id: 'CWE-94' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
  ],
  why: 'The operator runs a Python function of the process that loads the model. It cannot be saved in an ordinary way, so a saved graph that has it was made to run code.',
  fix: 'Do not load the model.',
  examples: {
    bad: [
      { name: 'saved_model.pb', content: () => savedModel({ operators: ['Placeholder', 'PyFunc'] }) },
      { name: 'saved_model.pb', content: () => savedModel({ inFunction: ['EagerPyFunc'] }) },
    ],
    good: [{ name: 'saved_model.pb', content: () => savedModel({}) }],
  },
  message: ({ operator, count }) => `${count} node${count === 1 ? '' : 's'} of ${operator} call Python code`,
  check(graph, report) {
    for (const { name, count, span } of graph.operators) {
      if (pythonTensorflowOperators.has(name)) report({ data: { operator: name, count }, span });
    }
  },
});
