import { ordinarySafetensors, safetensorsFile, tensorEntry } from '../examples/safetensors.ts';
import { faultRule } from '../fault-rule.ts';

export const safetensorsUnknownDtype = faultRule({
  id: 'safetensors-unknown-dtype',
  title: 'Unknown element type',
  severity: 'medium',
  inconclusive: true,
  facet: 'safetensors',
  formats: ['safetensors'],
  faults: { 'unknown-dtype': true },
  references: [{ kind: 'CWE', id: 'CWE-20' }],
  why: 'The element type is none of the reference implementation, so the size of the tensor cannot be checked.',
  fix: 'If the type is a new one, update Vouchsafe; otherwise ask the publisher which library wrote the file.',
  examples: {
    bad: [
      {
        name: 'model.safetensors',
        content: () => safetensorsFile(`{${tensorEntry('w', 'Q4_K', [256], [0, 144])}}`, { data: 144 }),
      },
    ],
    good: [
      { name: 'model.safetensors', content: ordinarySafetensors },
      {
        name: 'bf16.safetensors',
        content: () => safetensorsFile(`{${tensorEntry('w', 'BF16', [4], [0, 8])}}`, { data: 8 }),
      },
    ],
  },
});
