import { GgufBuilder, ordinaryGguf } from '../examples/gguf.ts';
import { faultRule } from '../fault-rule.ts';

export const ggufCountOverflow = faultRule({
  id: 'gguf-count-overflow',
  title: 'Count or size no file could hold',
  severity: 'high',
  facet: 'gguf',
  formats: ['gguf'],
  faults: { 'count-beyond-file': true, 'dimension-overflow': true },
  references: [
    { kind: 'CVE', id: 'CVE-2025-53630' },
    { kind: 'CVE', id: 'CVE-2026-27940' },
    { kind: 'CVE', id: 'CVE-2026-33298' },
    { kind: 'CWE', id: 'CWE-190' },
  ],
  why: 'A length, count or product of dimensions is larger than the file or than 63 bits. Readers that multiply or allocate before checking have overflowed their heap on such files.',
  fix: 'Do not load the file. Get it again from its publisher and compare its SHA-256.',
  examples: {
    bad: [
      { name: 'model.gguf', content: () => new GgufBuilder().build(0, { keys: 2n ** 60n }) },
      {
        name: 'dimensions.gguf',
        content: () => new GgufBuilder().tensor({ name: 'w', dimensions: [2n ** 33n, 2n ** 33n] }).build(32),
      },
    ],
    good: [
      { name: 'model.gguf', content: ordinaryGguf },
      { name: 'big-endian.gguf', content: () => ordinaryGguf({ bigEndian: true }) },
    ],
  },
});
