import { h5Attribute, h5File } from '../examples/hdf5.ts';
import { faultRule } from '../fault-rule.ts';

export const hdf5Expansion = faultRule({
  id: 'hdf5-expansion',
  title: 'Data set declared far larger than stored',
  severity: 'high',
  facet: 'hdf5',
  formats: ['hdf5'],
  faults: { expansion: true },
  references: [
    { kind: 'CVE', id: 'CVE-2026-0897' },
    { kind: 'CWE', id: 'CWE-409' },
    { kind: 'CWE', id: 'CWE-789' },
  ],
  why: 'A data set declares more than 4 GiB and a thousand times what the file stores for it: reading it fills the memory with zeros or unpacked repetition.',
  fix: 'Do not load the file. Weights of a real model take about as many bytes in the file as in memory.',
  examples: {
    bad: [{ name: 'model.h5', content: () => h5File({ dataset: { dimension: 2n ** 40n } }) }],
    good: [
      { name: 'model.h5', content: () => h5File({ messages: [h5Attribute('keras_version', '3.0.0')], dataset: {} }) },
    ],
  },
});
