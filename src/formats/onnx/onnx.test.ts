import { describe, expect, test } from 'vitest';
import {
  expectMutationsSurvived,
  expectTruncationsCaught,
  firedRules,
  scanBytes,
} from '../../../test/build/hostile-copies.ts';
import { externalTensor, field, join, onnxModel, onnxNode } from '../../rules/examples/onnx.ts';

const tensor = join([field(1, 4), field(2, 1), field(8, 'weight'), field(9, new Uint8Array(16))]);
const escape = externalTensor({ location: '../secret' });

describe('ordinary models', () => {
  const files: Readonly<Record<string, Uint8Array>> = {
    'one node': onnxModel(),
    'an initializer': onnxModel({ initializers: [tensor] }),
    'metadata and functions': onnxModel({
      more: [
        field(14, join([field(1, 'names'), field(2, "{0: 'cat', 1: 'dog'}")])),
        field(25, join([field(1, 'F'), field(7, onnxNode('Relu')), field(10, 'local')])),
        field(6, 'A small model.'),
      ],
    }),
  };

  test.each(Object.entries(files))('%s', (_, bytes) => {
    const report = scanBytes(bytes, 'blob');
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ format: 'onnx', verdict: 'clean', coverage: { complete: true } });
  });

  test('raw data is payload', () => {
    expect(scanBytes(onnxModel({ initializers: [tensor] }), 'm').coverage.payload).toBe(16);
  });
});

describe('external data is seen wherever a tensor may be', () => {
  const attribute = (parts: Uint8Array[]): Uint8Array => join([field(1, 'value'), ...parts]);
  const graph = join([field(5, escape)]);
  const files: Readonly<Record<string, Uint8Array>> = {
    initializer: onnxModel({ initializers: [escape] }),
    'attribute tensor': onnxModel({ nodes: [onnxNode('Constant', '', [attribute([field(5, escape)])])] }),
    'attribute tensors': onnxModel({ nodes: [onnxNode('Constant', '', [attribute([field(10, escape)])])] }),
    'sparse attribute': onnxModel({
      nodes: [onnxNode('Constant', '', [attribute([field(22, join([field(1, escape)]))])])],
    }),
    'sparse indices': onnxModel({
      nodes: [onnxNode('Constant', '', [attribute([field(23, join([field(2, escape)]))])])],
    }),
    subgraph: onnxModel({ nodes: [onnxNode('If', '', [attribute([field(6, graph)])])] }),
    subgraphs: onnxModel({ nodes: [onnxNode('If', '', [attribute([field(11, graph)])])] }),
    'sparse initializer': onnxModel({ more: [field(7, join([field(15, join([field(1, escape)]))]))] }),
    function: onnxModel({
      more: [
        field(25, join([field(7, onnxNode('Constant', '', [attribute([field(5, escape)])])), field(10, 'local')])),
      ],
    }),
    training: onnxModel({ more: [field(20, join([field(1, graph)]))] }),
    'without the mark that data is external': onnxModel({
      initializers: [join([field(8, 'w'), field(13, join([field(1, 'location'), field(2, '/etc/passwd')]))])],
    }),
  };

  test.each(Object.entries(files))('%s', (_, bytes) => {
    expect(firedRules(scanBytes(bytes, 'model.onnx'))).toEqual(['onnx-external-path']);
  });
});

test.each([
  '/etc/passwd',
  'a/../../b',
  String.raw`..\b`,
  'C:secret',
  String.raw`\\host\share`,
  '//host/share',
  'file:///etc/passwd',
  '~/x',
  'a\u0000b',
  '*/_ORT_MEM_ADDR_/*',
])('location %s leads outside', (location) => {
  const bytes = onnxModel({ initializers: [externalTensor({ location })] });
  expect(firedRules(scanBytes(bytes, 'model.onnx'))).toEqual(['onnx-external-path']);
});

test.each(['weights.bin', './weights.bin', 'sub/w..bin', '...', 'a..b/c'])('location %s does not', (location) => {
  const bytes = onnxModel({ initializers: [externalTensor({ location })] });
  expect(firedRules(scanBytes(bytes, 'model.onnx'))).toEqual([]);
});

test('bytes in a field nobody knows are accounted to nobody', () => {
  const report = scanBytes(onnxModel({ nodes: [join([onnxNode('Relu'), field(99, 'hidden payload')])] }), 'model.onnx');
  expect(firedRules(report)).toEqual(['unaccounted-bytes']);
});

test('messages nested without end are stopped', () => {
  let graph = join([field(2, 'g')]);
  for (let i = 0; i < 200; i += 1) {
    graph = join([field(1, onnxNode('If', '', [join([field(1, 'then'), field(6, graph)])]))]);
  }
  expect(firedRules(scanBytes(join([field(1, 8), field(7, graph)]), 'model.onnx'))).toEqual(['limit-exceeded']);
});

test('truncated at each offset', () => {
  const bytes = onnxModel({ initializers: [tensor] });
  // A cut between two fields of the top leaves a shorter model.
  const opset = bytes.length - 4;
  expectTruncationsCaught(bytes, 'model.onnx', [opset]);
});

test('random damage only yields typed errors', () => {
  expectMutationsSurvived(onnxModel({ initializers: [tensor, escape] }), 'model.onnx');
});
