import { GgufBuilder, ordinaryGguf } from '../examples/gguf.ts';
import { faultRule } from '../fault-rule.ts';

export const ggufTrailingBytes = faultRule({
  id: 'gguf-trailing-bytes',
  title: 'Bytes after the last tensor',
  severity: 'high',
  facet: 'gguf',
  formats: ['gguf'],
  faults: { 'trailing-bytes': true },
  references: [
    { kind: 'CWE', id: 'CWE-506' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
  ],
  why: 'Data after the last tensor belongs to nothing ggml reads: room for a second file in the first. ggml does not look.',
  fix: 'Do not load the file; get it again from its publisher, or convert the original model anew.',
  examples: {
    bad: [{ name: 'model.gguf', content: () => new GgufBuilder().tensor({ name: 'w', dimensions: [8n] }).build(96) }],
    good: [{ name: 'model.gguf', content: ordinaryGguf }],
  },
});
