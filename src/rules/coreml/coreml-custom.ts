import { coremlModel } from '../examples/coreml.ts';
import { defineRule, type Severity } from '../rule.ts';
import type { CoremlRequest } from '../../formats/coreml/coreml-model.ts';
import { outsidePath } from '../onnx/outside-path.ts';

export const coremlCustom = defineRule<{ readonly kind: CoremlRequest['kind']; readonly name: string }>()({
  id: 'coreml-custom',
  title: 'Core ML model asks for code or another model',
  severity: 'medium',
  facet: 'coreml',
  formats: ['coreml'],
  references: [
    { kind: 'CWE', id: 'CWE-470' },
    { kind: 'CWE', id: 'CWE-829' },
    { kind: 'ATLAS', id: 'AML.T0010.003' },
  ],
  why: 'A custom layer or model names a class that the app looks up when it loads the model, and a linked model names a file. Neither is in this file, so nothing can be said about what runs.',
  fix: 'Read the class before adding it to your app, or ask the publisher for a model of built-in layers.',
  examples: {
    bad: [
      { name: 'model.mlmodel', content: () => coremlModel({ layerClass: 'AcmeSwish' }) },
      { name: 'custom.mlmodel', content: () => coremlModel({ modelClass: 'AcmeModel' }) },
      { name: 'linked.mlmodel', content: () => coremlModel({ linkedFile: '../other.mlmodel' }) },
    ],
    good: [{ name: 'model.mlmodel', content: () => coremlModel() }],
  },
  message: ({ kind, name }) => (kind === 'file' ? `loads ${name}` : `needs the class ${name} as a ${kind}`),
  check(model, report) {
    for (const { kind, name, span } of model.requests) {
      report({ data: { kind, name: name.slice(0, 200) }, span, severity: severityOf(kind, name) });
    }
  },
});

function severityOf(kind: CoremlRequest['kind'], name: string): Severity {
  return kind === 'file' && outsidePath(name) !== null ? 'high' : 'medium';
}
