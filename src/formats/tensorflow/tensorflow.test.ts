import { describe, expect, test } from 'vitest';
import {
  expectMutationsSurvived,
  expectTruncationsCaught,
  firedRules,
  scanBytes,
} from '../../../test/build/hostile-copies.ts';
import { field, join, onnxModel } from '../../rules/examples/onnx.ts';
import { savedModel, tensorflowNode } from '../../rules/examples/tensorflow.ts';

const lambda = '{"class_name":"Lambda","config":{"function":["4wEAAAA=",null,null]}}';

describe('ordinary files', () => {
  const graph = join([
    field(1, tensorflowNode('Placeholder')),
    field(1, tensorflowNode('Relu')),
    field(4, field(1, 27)),
  ]);
  const files: Readonly<Record<string, Uint8Array>> = {
    SavedModel: savedModel({ inFunction: ['MatMul'], assets: ['vocabulary.txt'] }),
    'frozen graph': graph,
    'meta graph': join([field(1, 'info'), field(2, graph)]),
  };

  test.each(Object.entries(files))('%s, whatever its name', (_, bytes) => {
    const report = scanBytes(bytes, 'blob');
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ format: 'tensorflow', verdict: 'clean', coverage: { complete: true } });
  });

  test('an ONNX model is none', () => {
    expect(scanBytes(onnxModel(), 'saved_model.pb').format).toBe('onnx');
  });

  test('fingerprint', () => {
    const bytes = join([field(1, 12_345), field(2, 67_890), field(7, 'a-b-c')]);
    expect(scanBytes(bytes, 'fingerprint.pb')).toMatchObject({ format: 'tensorflow', verdict: 'clean' });
  });
});

test('Keras layers are judged in SavedModels of old', () => {
  expect(scanBytes(savedModel({ kerasMetadata: lambda }), 'saved_model.pb').verdict).toBe('malicious');
});

test('Keras layers are judged in keras_metadata.pb', () => {
  const bytes = field(1, join([field(2, 1), field(3, 'root'), field(4, '_tf_keras_layer'), field(5, lambda)]));
  expect(scanBytes(bytes, 'keras_metadata.pb').verdict).toBe('malicious');
});

test('bytes in a field nobody knows are accounted to nobody', () => {
  const bytes = savedModel({ operators: ['Relu'] });
  expect(firedRules(scanBytes(join([bytes, field(99, 'hidden payload')]), 'saved_model.pb'))).toEqual([
    'unaccounted-bytes',
  ]);
});

test('truncated at each offset', () => {
  expectTruncationsCaught(savedModel({}), 'saved_model.pb');
});

test('random damage only yields typed errors', () => {
  expectMutationsSurvived(savedModel({ inFunction: ['MatMul'], kerasMetadata: '{"a":1}' }), 'saved_model.pb');
});
