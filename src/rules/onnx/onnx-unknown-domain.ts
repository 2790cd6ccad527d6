import { knownOnnxDomains } from '../data/onnx-domains.ts';
import { field, join, onnxModel, onnxNode } from '../examples/onnx.ts';
import { defineRule } from '../rule.ts';

export const onnxUnknownDomain = defineRule<{ domain: string; operators: readonly string[] }>()({
  id: 'onnx-unknown-domain',
  title: 'Operators from an unknown library',
  severity: 'medium',
  facet: 'onnx',
  formats: ['onnx'],
  references: [
    { kind: 'CWE', id: 'CWE-829' },
    { kind: 'ATLAS', id: 'AML.T0010.001' },
  ],
  why: 'Operators of a custom domain are native code in a library that must be loaded into the runtime: whoever wants to run the model is led to run that library.',
  fix: 'Find out which library defines the operators and whether you trust it, or ask for a model of standard operators.',
  examples: {
    bad: [{ name: 'model.onnx', content: () => onnxModel({ nodes: [onnxNode('FastGelu', 'evil.ops')] }) }],
    good: [
      { name: 'model.onnx', content: () => onnxModel({ nodes: [onnxNode('FusedMatMul', 'com.microsoft')] }) },
      {
        name: 'function.onnx',
        content: () => {
          const definition = join([field(1, 'Gelu'), field(7, onnxNode('Erf')), field(10, 'pkg.torch')]);
          return onnxModel({ nodes: [onnxNode('Gelu', 'pkg.torch')], more: [field(25, definition)] });
        },
      },
    ],
  },
  message: ({ domain, operators }) => `operators of unknown domain ${domain}: ${operators.slice(0, 8).join(', ')}`,
  check(model, report) {
    const unknown = model.operators.filter(
      ({ domain }) => !knownOnnxDomains.has(domain) && !model.functionDomains.has(domain),
    );
    for (const [domain, operators] of Map.groupBy(unknown, (operator) => operator.domain)) {
      const [first] = operators;
      const data = { domain, operators: operators.map((operator) => operator.name) };
      report(first === undefined ? { data } : { data, span: first.span });
    }
  },
});
