import { defineRule } from '../rule.ts';

const ELF_HEAD = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0x3e, 0];

export const nativeExecutable = defineRule<{ readonly kind: string; readonly isLibrary: boolean }>()({
  id: 'native-executable',
  title: 'Machine code among the files of a model',
  severity: 'high',
  facet: 'executable',
  formats: ['native-executable'],
  references: [
    { kind: 'CWE', id: 'CWE-829' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
    { kind: 'OWASP', id: 'LLM03' },
  ],
  why: 'Weights are data. A program, a shared library or an engine with compiled plug-ins runs outright, and no scanner of models can tell what it does.',
  fix: 'Take the weights alone. If the program is needed, get it from its own publisher and check its signature.',
  examples: {
    bad: [
      { name: 'libop.so', content: () => Uint8Array.from([...ELF_HEAD, ...Array.from({ length: 44 }, () => 0)]) },
      { name: 'op.wasm', content: () => Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0) },
    ],
    good: [{ name: 'notes.txt', content: 'ELF is a format.\n' }],
  },
  message: (data) => `${data.kind}${data.isLibrary ? ', a library' : ''}`,
  check(value, report) {
    report({ data: { kind: value.kind, isLibrary: value.isLibrary } });
  },
});
