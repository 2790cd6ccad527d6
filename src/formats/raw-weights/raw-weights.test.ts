import { expect, test } from 'vitest';
import { BufferSource } from '../../bytes/source.ts';
import { global, pickle4, str } from '../../rules/examples/pickle.ts';
import { type ScanSourceOptions, scanSource } from '../../scan/scan-source.ts';

const weights = new Uint8Array(new Float32Array([1, 2, -3, 0.5, 1e-9, 7]).buffer);
const beside = (name: string): ScanSourceOptions => ({ hasSibling: (other) => other === name });

test.each([
  ['onnx/model.onnx.data', 'model.onnx'],
  ['model.onnx_data', 'model.onnx'],
  ['Model.onnx_data_1', 'Model.onnx'],
  ['variables/variables.data-00000-of-00001', 'variables.index'],
  ['openvino_model.bin', 'openvino_model.xml'],
  ['group1-shard1of4.bin', 'model.json'],
])('%s is known beside %s', (path, companion) => {
  const report = scanSource(new BufferSource(weights), path, beside(companion));
  expect(report).toMatchObject({ format: 'raw-weights', verdict: 'clean', details: { companion } });
});

test.each(['model.onnx.data', 'pytorch_model.bin', 'model.data'])('%s alone is not', (path) => {
  expect(scanSource(new BufferSource(weights), path).verdict).toBe('inconclusive');
});

test('any other weights stay unknown, whatever lies beside them', () => {
  const report = scanSource(new BufferSource(weights), 'pytorch_model.bin', { hasSibling: () => true });
  expect(report.verdict).toBe('inconclusive');
});

test('a pickle stays a pickle', () => {
  const report = scanSource(
    new BufferSource(pickle4(global('os', 'system'), str('id'), '\x85R.')),
    'model.onnx.data',
    beside('model.onnx'),
  );
  expect(report).toMatchObject({ format: 'pickle', verdict: 'malicious' });
});
