import { ordinarySafetensors, safetensorsFile, tensorEntry } from '../examples/safetensors.ts';
import { faultRule } from '../fault-rule.ts';

export const safetensorsTrailingBytes = faultRule({
  id: 'safetensors-trailing-bytes',
  title: 'Bytes after the last tensor',
  severity: 'high',
  facet: 'safetensors',
  formats: ['safetensors'],
  faults: { 'trailing-bytes': true },
  references: [
    { kind: 'CWE', id: 'CWE-506' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
    { kind: 'URL', id: 'https://huggingface.co/blog/safetensors-security-audit' },
  ],
  why: 'Data after the last tensor belongs to no tensor: the way to make one file both safetensors and, say, a zip archive that another loader opens. The reference reader refuses it.',
  fix: 'Do not load the file; get it again from its publisher.',
  examples: {
    bad: [
      {
        name: 'model.safetensors',
        content: () => safetensorsFile(`{${tensorEntry('w', 'U8', [4], [0, 4])}}`, { data: 20 }),
      },
    ],
    good: [{ name: 'model.safetensors', content: ordinarySafetensors }],
  },
});
