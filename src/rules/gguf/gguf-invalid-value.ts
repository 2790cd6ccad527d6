import { GgufBuilder, ordinaryGguf } from '../examples/gguf.ts';
import { faultRule } from '../fault-rule.ts';

export const ggufInvalidValue = faultRule({
  id: 'gguf-invalid-value',
  title: 'Key or value ggml refuses',
  severity: 'medium',
  facet: 'gguf',
  formats: ['gguf'],
  faults: {
    'empty-key': true,
    'zero-in-key': true,
    'unknown-value-type': true,
    'nested-array': true,
    'bad-alignment': true,
    'bad-boolean': 'low',
    'long-tensor-name': true,
    'too-many-dimensions': true,
    'old-version': 'info',
    'retired-tensor-type': 'info',
  },
  references: [{ kind: 'CWE', id: 'CWE-20' }],
  why: 'A key, value or tensor description breaks the format: ggml refuses it, and what another reader makes of it is anyone’s guess.',
  fix: 'Get the file again from its publisher, or convert the original model with a current llama.cpp.',
  examples: {
    bad: [
      { name: 'model.gguf', content: () => new GgufBuilder().uint32('general.alignment', 24).build() },
      {
        name: 'name.gguf',
        content: () => new GgufBuilder().tensor({ name: 'w'.repeat(64), dimensions: [8n] }).build(32),
      },
      {
        name: 'axes.gguf',
        content: () => new GgufBuilder().tensor({ name: 'w', dimensions: [8n, 1n, 1n, 1n, 1n] }).build(32),
      },
      { name: 'zero.gguf', content: () => new GgufBuilder().string('tokenizer.chat_template\0', '{{ x }}').build() },
      { name: 'type.gguf', content: () => new GgufBuilder().value('x', 77, []).build() },
    ],
    good: [
      { name: 'model.gguf', content: ordinaryGguf },
      { name: 'padded.gguf', content: () => new GgufBuilder().uint32('general.alignment', 4096).build() },
    ],
  },
});
