import { GgufBuilder, ordinaryGguf } from '../examples/gguf.ts';
import { faultRule } from '../fault-rule.ts';

export const ggufTensorRange = faultRule({
  id: 'gguf-tensor-range',
  title: 'Tensors overlap, leave gaps or leave the file',
  severity: 'high',
  facet: 'gguf',
  formats: ['gguf'],
  faults: { 'tensor-beyond-file': true, 'tensor-overlap': true, 'tensor-gap': 'medium', 'tensor-order': 'low' },
  references: [
    { kind: 'CVE', id: 'CVE-2026-7482' },
    { kind: 'CWE', id: 'CWE-125' },
  ],
  why: 'Tensors must follow each other, padded to the alignment, inside the file. A tensor that reaches beyond it makes servers read, and send out, memory that is not theirs; gaps hide other content.',
  fix: 'Do not load the file. Get it again from its publisher and compare its SHA-256; an interrupted download ends too early, too.',
  examples: {
    bad: [
      { name: 'model.gguf', content: () => new GgufBuilder().tensor({ name: 'w', dimensions: [1024n] }).build(64) },
      {
        name: 'overlap.gguf',
        content: () =>
          new GgufBuilder()
            .tensor({ name: 'a', dimensions: [16n] })
            .tensor({ name: 'b', dimensions: [16n], offset: 32n })
            .build(128),
      },
    ],
    good: [{ name: 'model.gguf', content: ordinaryGguf }],
  },
});
