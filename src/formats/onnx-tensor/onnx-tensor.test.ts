import { expect, test } from 'vitest';
import { expectMutationsSurvived, firedRules, scanBytes } from '../../../test/build/hostile-copies.ts';
import { field, join } from '../../rules/examples/onnx.ts';

const tensor = join([field(1, 3), field(2, 1), field(8, 't'), field(9, '0123456789ab')]);

test('an ordinary tensor is clean to the last byte', () => {
  const report = scanBytes(tensor, 'input_0.pb');
  expect(report.findings).toEqual([]);
  expect(report).toMatchObject({ format: 'onnx-tensor', verdict: 'clean', coverage: { complete: true, payload: 12 } });
});

test('a tensor outside its folder is judged as in a model', () => {
  const outside = join([
    field(2, 1),
    field(13, join([field(1, 'location'), field(2, '../../etc/passwd')])),
    field(14, 1),
  ]);
  expect(firedRules(scanBytes(outside, 'input_0.pb'))).toEqual(['onnx-external-path']);
});

test('other protobuf is not', () => {
  expect(scanBytes(join([tensor, field(99, 'hidden')]), 'input_0.pb').verdict).not.toBe('clean');
  expect(scanBytes(tensor, 'weights.bin').verdict).not.toBe('clean');
});

test('random damage only yields typed errors', () => {
  expectMutationsSurvived(tensor, 'input_0.pb');
});
