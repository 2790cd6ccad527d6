import { GgufBuilder, ordinaryGguf } from '../examples/gguf.ts';
import { faultRule } from '../fault-rule.ts';

export const ggufDuplicateName = faultRule({
  id: 'gguf-duplicate-name',
  title: 'One name, two values',
  severity: 'high',
  facet: 'gguf',
  formats: ['gguf'],
  faults: { 'duplicate-key': true, 'duplicate-tensor': true },
  references: [
    { kind: 'CWE', id: 'CWE-694' },
    { kind: 'CWE', id: 'CWE-436' },
  ],
  why: 'Readers differ in which of two equal keys or tensors they keep, so two tools can see two models, or two chat templates, in one file. ggml refuses such files; others do not.',
  fix: 'Do not load the file; have it written again with the gguf library.',
  examples: {
    bad: [
      {
        name: 'model.gguf',
        content: () => new GgufBuilder().string('general.name', 'a').string('general.name', 'b').build(),
      },
      {
        name: 'tensors.gguf',
        content: () =>
          new GgufBuilder()
            .tensor({ name: 'w', dimensions: [8n] })
            .tensor({ name: 'w', dimensions: [8n], offset: 32n })
            .build(64),
      },
    ],
    good: [{ name: 'model.gguf', content: ordinaryGguf }],
  },
});
