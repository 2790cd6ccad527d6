import type { OnnxExternal } from '../../formats/onnx/onnx-model.ts';
import { externalTensor, onnxModel } from '../examples/onnx.ts';
import { defineRule } from '../rule.ts';

const KEYS: ReadonlySet<string> = new Set(['location', 'offset', 'length', 'checksum', 'basepath']);
/** ONNX Runtime adds `prepacked_0`, `prepacked_1` … when it saves weights in the layout of its kernels. */
const PREPACKED = 'prepacked';

export const onnxExternalEntry = defineRule<{ owner: string; problem: string }>()({
  id: 'onnx-external-entry',
  title: 'External data described in a way no writer does',
  severity: 'medium',
  facet: 'onnx',
  formats: ['onnx'],
  references: [
    { kind: 'CVE', id: 'CVE-2026-34445' },
    { kind: 'CWE', id: 'CWE-915' },
  ],
  why: 'The onnx package set every key of external data as an attribute of an object, so unknown keys overwrote its internals; repeated keys and numbers that are none make readers differ.',
  fix: 'Have the model saved again by its publisher with a current onnx package.',
  examples: {
    bad: [
      {
        name: 'model.onnx',
        content: () => onnxModel({ initializers: [externalTensor({ location: 'w.bin', __class__: 'x' })] }),
      },
      {
        name: 'negative.onnx',
        content: () => onnxModel({ initializers: [externalTensor({ location: 'w.bin', offset: '-8' })] }),
      },
      { name: 'nowhere.onnx', content: () => onnxModel({ initializers: [externalTensor({ offset: '0' })] }) },
    ],
    good: [
      {
        name: 'model.onnx',
        content: () =>
          onnxModel({ initializers: [externalTensor({ location: 'w.bin', offset: '4096', length: '16' })] }),
      },
    ],
  },
  message: ({ owner, problem }) => `external data of ${owner || 'a tensor'} ${problem}`,
  check(model, report) {
    for (const external of model.external) {
      for (const problem of problems(external)) {
        report({ data: { owner: external.owner, problem }, span: external.span });
      }
    }
  },
});

function* problems({ entries }: OnnxExternal): Generator<string> {
  const seen = new Set<string>();
  for (const [key, value] of entries) {
    if (seen.has(key)) yield `has two values for ${key}`;
    seen.add(key);
    if (!KEYS.has(key) && !key.startsWith(PREPACKED)) yield `has an unknown key ${key}`;
    if ((key === 'offset' || key === 'length') && !isSize(value)) yield `has ${key} ${value}`;
  }
  if (!seen.has('location')) yield 'names no file';
}

function isSize(value: string): boolean {
  return /^\d{1,16}$/.test(value) && Number.isSafeInteger(Number(value));
}
