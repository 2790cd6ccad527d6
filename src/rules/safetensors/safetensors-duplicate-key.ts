import { ordinarySafetensors, safetensorsFile, tensorEntry } from '../examples/safetensors.ts';
import { faultRule } from '../fault-rule.ts';

export const safetensorsDuplicateKey = faultRule({
  id: 'safetensors-duplicate-key',
  title: 'One name, two entries',
  severity: 'high',
  facet: 'safetensors',
  formats: ['safetensors'],
  faults: {
    'duplicate-tensor': true,
    'duplicate-metadata': true,
    'duplicate-field': true,
    'duplicate-metadata-key': 'medium',
  },
  references: [
    { kind: 'CWE', id: 'CWE-436' },
    { kind: 'CWE', id: 'CWE-694' },
  ],
  why: 'JSON readers differ in which of two equal keys they keep, so two tools can see two models in one file. The reference reader accepts repeated tensors of the same range and repeated metadata keys; no writer makes them.',
  fix: 'Rewrite the file with the safetensors library from a source you trust; do not load this one.',
  examples: {
    bad: [
      {
        name: 'model.safetensors',
        content: () =>
          safetensorsFile(`{${tensorEntry('w', 'F32', [2], [0, 8])},${tensorEntry('w', 'I32', [2], [0, 8])}}`, {
            data: 8,
          }),
      },
      { name: 'escaped.safetensors', content: () => safetensorsFile('{"__metadata__":{"a":"1","\\u0061":"2"}}') },
    ],
    good: [{ name: 'model.safetensors', content: ordinarySafetensors }],
  },
});
