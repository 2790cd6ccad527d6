import { nativeLoaders } from '../data/python-names.ts';
import { defineRule } from '../rule.ts';
import { type PathData, reportUses } from './path-rule.ts';

/** Types and sizes of `ctypes`, which load nothing. */
const HARMLESS =
  /^ctypes\.(?:c_\w+|sizeof|byref|POINTER|Structure|Union|Array|addressof|cast|pointer|py_object|util)\b|^ctypes$|[()[\]]/;

export const pythonNativeCode = defineRule<PathData>()({
  id: 'python-native-code',
  title: 'Code that loads or builds machine code',
  severity: 'medium',
  facet: 'python',
  formats: ['python-source'],
  references: [
    { kind: 'CWE', id: 'CWE-114' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
  ],
  why: 'A shared library or a kernel compiled on the spot runs outside everything Python checks, and its source was not examined with the model.',
  fix: 'Read the source of the kernel, or load the model without it.',
  examples: {
    bad: [{ name: 'modeling_x.py', content: 'import ctypes\nctypes.CDLL("./kernel.so")\n' }],
    good: [{ name: 'modeling_x.py', content: 'import ctypes, torch\nn = ctypes.sizeof(ctypes.c_float)\n' }],
  },
  message: (data) => `line ${data.line}: uses ${data.path}`,
  check(module, report) {
    reportUses(module, nativeLoaders, report, (use) => (HARMLESS.test(use.path) ? null : undefined));
  },
});
