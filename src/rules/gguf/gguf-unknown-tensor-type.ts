import { GgufBuilder, ordinaryGguf } from '../examples/gguf.ts';
import { faultRule } from '../fault-rule.ts';

export const ggufUnknownTensorType = faultRule({
  id: 'gguf-unknown-tensor-type',
  title: 'Unknown tensor type',
  severity: 'medium',
  inconclusive: true,
  facet: 'gguf',
  formats: ['gguf'],
  faults: { 'unknown-tensor-type': true },
  references: [{ kind: 'CWE', id: 'CWE-20' }],
  why: 'The element type is none that ggml defines, so the size of the tensor cannot be checked. Forks of llama.cpp add types of their own.',
  fix: 'If the type is a new one, update Vouchsafe; otherwise ask the publisher which program wrote the file.',
  examples: {
    bad: [
      {
        name: 'model.gguf',
        content: () => new GgufBuilder().tensor({ name: 'w', dimensions: [8n], type: 142 }).build(32),
      },
    ],
    good: [{ name: 'model.gguf', content: ordinaryGguf }],
  },
});
