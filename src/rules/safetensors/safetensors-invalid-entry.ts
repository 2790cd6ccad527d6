import { ordinarySafetensors, safetensorsFile } from '../examples/safetensors.ts';
import { faultRule } from '../fault-rule.ts';

export const safetensorsInvalidEntry = faultRule({
  id: 'safetensors-invalid-entry',
  title: 'Header entry the reference refuses',
  severity: 'medium',
  facet: 'safetensors',
  formats: ['safetensors'],
  faults: {
    'missing-field': true,
    'invalid-entry': true,
    'invalid-number': true,
    'metadata-not-a-map': true,
    'metadata-value': true,
  },
  references: [{ kind: 'CWE', id: 'CWE-20' }],
  why: 'An entry lacks a field, or holds a value of the wrong kind: the reference refuses the file, while hand-written readers may take it and do something else with it.',
  fix: 'Get the file again from its publisher, or have it rewritten with the safetensors library.',
  examples: {
    bad: [
      { name: 'model.safetensors', content: () => safetensorsFile('{"__metadata__":{"epoch":3}}') },
      {
        name: 'float.safetensors',
        content: () => safetensorsFile('{"w":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}', { data: 8 }),
      },
    ],
    good: [{ name: 'model.safetensors', content: ordinarySafetensors }],
  },
});
