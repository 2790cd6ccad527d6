import { ordinarySafetensors, safetensorsFile, tensorEntry } from '../examples/safetensors.ts';
import { faultRule } from '../fault-rule.ts';

export const safetensorsTensorRange = faultRule({
  id: 'safetensors-tensor-range',
  title: 'Tensors overlap, leave holes or leave the file',
  severity: 'high',
  facet: 'safetensors',
  formats: ['safetensors'],
  faults: { 'reversed-range': true, 'range-overlap': true, 'range-hole': true, 'range-beyond-file': true },
  references: [
    { kind: 'CWE', id: 'CWE-125' },
    { kind: 'CWE', id: 'CWE-506' },
  ],
  why: 'The specification wants tensors to follow each other without gap or overlap to the end of the file. Overlaps multiply a small file into much memory, holes hide other content, and ranges beyond the file make careless readers read what is not theirs.',
  fix: 'Do not load the file. Get it again from its publisher and compare its SHA-256; an interrupted download ends too early, too.',
  examples: {
    bad: [
      {
        name: 'overlap.safetensors',
        content: () =>
          safetensorsFile(`{${tensorEntry('a', 'U8', [8], [0, 8])},${tensorEntry('b', 'U8', [8], [4, 12])}}`, {
            data: 12,
          }),
      },
      {
        name: 'beyond.safetensors',
        content: () => safetensorsFile(`{${tensorEntry('a', 'U8', [8], [0, 8])}}`, { data: 4 }),
      },
    ],
    good: [
      { name: 'model.safetensors', content: ordinarySafetensors },
      { name: 'empty.safetensors', content: () => safetensorsFile(`{${tensorEntry('empty', 'F32', [0], [0, 0])}}`) },
    ],
  },
});
