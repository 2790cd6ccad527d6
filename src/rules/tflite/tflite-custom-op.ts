import { KNOWN_TFLITE_OPERATORS } from '../data/tflite-operators.ts';
import { tfliteModel } from '../examples/tflite.ts';
import { defineRule } from '../rule.ts';

export const tfliteCustomOp = defineRule<{ readonly operator: string; readonly what: string }>()({
  id: 'tflite-custom-op',
  title: 'TensorFlow Lite model needs an operator of somebody’s own',
  severity: 'medium',
  facet: 'tflite',
  formats: ['tflite'],
  references: [
    { kind: 'CWE', id: 'CWE-829' },
    { kind: 'ATLAS', id: 'AML.T0010.003' },
  ],
  why: 'A custom operator is native code that has to be linked into the program that runs the model. The model is useless without it, so whoever wants to use the model is led to install it.',
  fix: 'Read the code of the operator, or ask the publisher for a model of built-in operators.',
  examples: {
    bad: [{ name: 'model.tflite', content: () => tfliteModel({ custom: ['AcmeDecode'] }) }],
    good: [
      { name: 'model.tflite', content: () => tfliteModel() },
      { name: 'detect.tflite', content: () => tfliteModel({ custom: ['TFLite_Detection_PostProcess'] }) },
    ],
  },
  message: ({ operator, what }) => `${operator}: ${what}`,
  check(model, report) {
    for (const { name, span } of model.customOperators) {
      const operator = name.slice(0, 200);
      if (/^Flex[A-Z_]/.test(name)) {
        report({ data: { operator, what: 'an operator of TensorFlow itself' }, span, severity: 'info' });
      } else if (!KNOWN_TFLITE_OPERATORS.has(name)) {
        report({ data: { operator, what: 'an operator nobody knows' }, span });
      }
    }
  },
});
