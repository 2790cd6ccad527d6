import { pickle2, torchArchive } from '../examples/torch.ts';
import { faultRule } from '../fault-rule.ts';

const storage = (count: number): string =>
  `(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK${String.fromCharCode(count)}tQ`;

export const torchStorageMismatch = faultRule({
  id: 'torch-storage-mismatch',
  title: 'Tensor storage that is not what the object says',
  severity: 'high',
  facet: 'torch-archive',
  formats: ['torch-zip'],
  references: [
    { kind: 'CWE', id: 'CWE-125' },
    { kind: 'CVE', id: 'CVE-2026-24747' },
  ],
  why: 'The checkpoint refers to a storage that is missing, of another size, compressed, or used with two types. Loaded with mmap, torch then takes neighbouring bytes of the file, or compressed bytes, for weights; older releases corrupt memory.',
  fix: 'Get the file again from its publisher and compare its SHA-256.',
  faults: { 'missing-record': true, 'record-size': true, 'compressed-record': 'medium', 'two-types': 'medium' },
  examples: {
    bad: [
      {
        name: 'model.pt',
        content: () =>
          torchArchive({
            'archive/data.pkl': pickle2(storage(4)),
            'archive/data/0': '\0\0\0\0',
            'archive/version': '3\n',
          }),
      },
    ],
    good: [
      {
        name: 'model.pt',
        content: () =>
          torchArchive({
            'archive/data.pkl': pickle2(storage(1)),
            'archive/data/0': '\0\0\0\0',
            'archive/version': '3\n',
          }),
      },
    ],
  },
});
