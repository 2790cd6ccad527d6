import { type DocumentNode, get, stringOf } from '../../formats/document.ts';
import { documentRule } from './document-rule.ts';
import { isEscapingPath } from './paths.ts';
import { SUPPLY_CHAIN } from './references.ts';

export const tritonPython = documentRule<{ what: string; value: string }>()({
  id: 'triton-python',
  title: 'Triton model runs Python code',
  severity: 'medium',
  formats: ['pbtxt'],
  references: [{ kind: 'CWE', id: 'CWE-829' }, ...SUPPLY_CHAIN],
  why: 'With the Python backend, Triton runs `model.py` of the model’s folder, in an environment that the model may bring along. A file name with a path in it loads something else.',
  fix: 'Read model.py, and unpack and examine the environment, before serving the model.',
  examples: {
    bad: [
      { name: 'config.pbtxt', content: 'name: "m"\nbackend: "python"\n' },
      {
        name: 'config.pbtxt',
        content: 'name: "m"\nplatform: "onnxruntime_onnx"\ndefault_model_filename: "../../x.onnx"\n',
      },
    ],
    good: [
      {
        name: 'config.pbtxt',
        content:
          'name: "m"\nplatform: "tensorrt_plan"\nmax_batch_size: 8\ninput [ { name: "x" data_type: TYPE_FP32 dims: [ 3, 224 ] } ]\n',
      },
    ],
  },
  message: ({ what, value }) => `${what}: ${value}`,
  check(index, report) {
    if (index.document.syntax !== 'pbtxt') return;
    const { root } = index;
    const backend = stringOf(get(root.node, 'backend')) ?? '';
    if (backend === 'python') report(root, { what: 'runs model.py of the model', value: backend });
    const file = stringOf(get(root.node, 'default_model_filename'));
    if (file !== undefined && (isEscapingPath(file) || file.includes('/'))) {
      report(root, { what: 'loads a file by path', value: file }, 'high');
    }
    for (const value of executionEnvironments(root.node))
      report(root, { what: 'brings its own Python environment', value });
  },
});

function executionEnvironments(root: DocumentNode): string[] {
  if (root.kind !== 'map') return [];
  return root.entries
    .filter(({ key, value }) => key === 'parameters' && stringOf(get(value, 'key')) === 'EXECUTION_ENV_PATH')
    .map(({ value }) => stringOf(get(get(value, 'value'), 'string_value')) ?? 'unknown');
}
