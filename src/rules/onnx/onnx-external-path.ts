import type { OnnxExternal } from '../../formats/onnx/onnx-model.ts';
import { externalTensor, field, join, onnxModel, onnxNode } from '../examples/onnx.ts';
import { defineRule } from '../rule.ts';
import { outsidePath } from './outside-path.ts';

/** Keys whose value is joined to a path: `basepath` is written and read back by the onnx package. */
const PATH_KEYS: ReadonlySet<string> = new Set(['location', 'basepath']);
/** ONNX Runtime's own mark for "the offset is an address in memory"; it must never come from a file. */
const MEMORY_MARK = '_ORT_MEM_ADDR_';

export const onnxExternalPath = defineRule<{ owner: string; path: string; reason: string }>()({
  id: 'onnx-external-path',
  title: 'Model reads a file outside its folder',
  severity: 'high',
  facet: 'onnx',
  formats: ['onnx'],
  references: [
    { kind: 'CVE', id: 'CVE-2022-25882' },
    { kind: 'CVE', id: 'CVE-2024-27318' },
    { kind: 'CVE', id: 'CVE-2025-51480' },
    { kind: 'CVE', id: 'CVE-2026-27489' },
    { kind: 'CWE', id: 'CWE-22' },
  ],
  why: 'Tensor data may be kept in files beside the model. A path that is absolute or climbs out makes the loader read, or on saving overwrite, any file of the machine as if it were weights.',
  fix: 'Do not load the model. External data belongs in the folder of the model, under a plain relative name.',
  examples: {
    bad: [
      {
        name: 'model.onnx',
        content: () => onnxModel({ initializers: [externalTensor({ location: '../../../../etc/passwd' })] }),
      },
      {
        name: 'attribute.onnx',
        content: () => {
          const attribute = join([
            field(1, 'value'),
            field(5, externalTensor({ location: 'C:\\secret' })),
            field(20, 4),
          ]);
          return onnxModel({ nodes: [onnxNode('Constant', '', [attribute])] });
        },
      },
      {
        name: 'context.onnx',
        content: () => {
          const path = join([field(1, 'ep_cache_context'), field(4, '/tmp/engine.bin'), field(20, 3)]);
          const mode = join([field(1, 'embed_mode'), field(3, 0), field(20, 2)]);
          return onnxModel({ nodes: [onnxNode('EPContext', 'com.microsoft', [mode, path])] });
        },
      },
    ],
    good: [
      {
        name: 'model.onnx',
        content: () =>
          onnxModel({ initializers: [externalTensor({ location: 'model.onnx_data', offset: '0', length: '16' })] }),
      },
      {
        name: 'folder.onnx',
        content: () => onnxModel({ initializers: [externalTensor({ location: './data/w..1' })] }),
      },
    ],
  },
  message: ({ owner, path, reason }) => `data of ${owner || 'a tensor'} is read from ${path}, which ${reason}`,
  check(model, report) {
    for (const external of model.external) {
      for (const { path, reason } of escapes(external)) {
        report({ data: { owner: external.owner, path, reason }, span: external.span });
      }
    }
  },
});

function* escapes(external: OnnxExternal): Generator<{ path: string; reason: string }> {
  for (const [key, path] of external.entries) {
    if (!PATH_KEYS.has(key)) continue;
    const reason = path.includes(MEMORY_MARK) ? 'stands for an address in memory' : outsidePath(path);
    if (reason !== null) yield { path, reason };
  }
}
