import { pythonOnnxOperators } from '../data/onnx-domains.ts';
import { onnxModel, onnxNode } from '../examples/onnx.ts';
import { defineRule } from '../rule.ts';

export const onnxPythonOperator = defineRule<{ operator: string; domain: string; count: number }>()({
  id: 'onnx-python-operator',
  title: 'Model calls Python code',
  severity: 'high',
  facet: 'onnx',
  formats: ['onnx'],
  references: [
    { kind: 'CWE', id: 'CWE-829' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
  ],
  why: 'The operator imports a Python module or function by a name in the model and runs it whenever the model runs. An exported model has no need of it.',
  fix: 'Do not run the model unless you wrote the Python code it names; ask for a model of plain operators.',
  examples: {
    bad: [{ name: 'model.onnx', content: () => onnxModel({ nodes: [onnxNode('PyOp', 'pyopmulti_1')] }) }],
    good: [{ name: 'model.onnx', content: () => onnxModel() }],
  },
  message: ({ operator, domain, count }) =>
    `${count} node${count === 1 ? '' : 's'} of ${operator}${domain === '' ? '' : ` (domain ${domain})`} call Python code`,
  check(model, report) {
    for (const { domain, name, count, span } of model.operators) {
      if (pythonOnnxOperators.has(name)) report({ data: { operator: name, domain, count }, span });
    }
  },
});
