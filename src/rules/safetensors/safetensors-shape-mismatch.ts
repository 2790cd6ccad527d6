import { ordinarySafetensors, safetensorsFile, tensorEntry } from '../examples/safetensors.ts';
import { faultRule } from '../fault-rule.ts';

export const safetensorsShapeMismatch = faultRule({
  id: 'safetensors-shape-mismatch',
  title: 'Tensor size contradicts its shape',
  severity: 'high',
  facet: 'safetensors',
  formats: ['safetensors'],
  faults: { 'size-mismatch': true, 'shape-overflow': true },
  references: [
    { kind: 'CWE', id: 'CWE-131' },
    { kind: 'CWE', id: 'CWE-190' },
  ],
  why: 'The bytes of a tensor are not its shape times its element size, or the product overflows. A reader that trusts the shape reads or allocates beyond the data.',
  fix: 'Do not load the file. Get it again from its publisher and compare its SHA-256.',
  examples: {
    bad: [
      {
        name: 'model.safetensors',
        content: () => safetensorsFile(`{${tensorEntry('w', 'F32', [3], [0, 8])}}`, { data: 8 }),
      },
      {
        name: 'absurd.safetensors',
        content: () => safetensorsFile('{"w":{"dtype":"U8","shape":[0,18446744073709551615],"data_offsets":[0,0]}}'),
      },
    ],
    good: [
      { name: 'model.safetensors', content: ordinarySafetensors },
      {
        name: 'sub-byte.safetensors',
        content: () => safetensorsFile(`{${tensorEntry('w', 'F4', [2, 3], [0, 3])}}`, { data: 3 }),
      },
    ],
  },
});
