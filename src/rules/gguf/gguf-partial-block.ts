import { GgufBuilder, ordinaryGguf } from '../examples/gguf.ts';
import { faultRule } from '../fault-rule.ts';

export const ggufPartialBlock = faultRule({
  id: 'gguf-partial-block',
  title: 'Row that does not fill its blocks',
  severity: 'medium',
  facet: 'gguf',
  formats: ['gguf'],
  faults: { 'partial-block': true },
  references: [{ kind: 'CWE', id: 'CWE-131' }],
  why: 'Quantized tensors are stored in blocks of a fixed number of elements; a row that ends within a block makes readers compute a size other than the stored one.',
  fix: 'Get the file again from its publisher, or quantize the original model with a current llama.cpp.',
  examples: {
    bad: [
      {
        name: 'model.gguf',
        content: () => new GgufBuilder().tensor({ name: 'w', dimensions: [33n], type: 8 }).build(68),
      },
    ],
    good: [{ name: 'model.gguf', content: ordinaryGguf }],
  },
});
