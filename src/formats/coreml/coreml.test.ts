import { expect, test } from 'vitest';
import {
  expectMutationsSurvived,
  expectTruncationsCaught,
  firedRules,
  scanBytes,
} from '../../../test/build/hostile-copies.ts';
import { coremlModel } from '../../rules/examples/coreml.ts';
import { field, join } from '../../rules/examples/onnx.ts';

test('an ordinary model is clean to the last byte, whatever its name', () => {
  const report = scanBytes(coremlModel(), 'blob');
  expect(report.findings).toEqual([]);
  expect(report).toMatchObject({ format: 'coreml', verdict: 'clean', coverage: { complete: true } });
});

test('a custom layer is found in a model of a pipeline', () => {
  const inner = coremlModel({ layerClass: 'AcmeSwish' });
  const pipeline = join([field(1, 4), field(2, field(100, '')), field(202, field(1, inner))]);
  expect(firedRules(scanBytes(pipeline, 'model.mlmodel'))).toEqual(['coreml-custom']);
});

test('a file outside is worse', () => {
  const report = scanBytes(coremlModel({ linkedFile: '/etc/other.mlmodel' }), 'model.mlmodel');
  expect(report.findings).toMatchObject([{ ruleId: 'coreml-custom', severity: 'high' }]);
});

test('bytes in a field nobody knows are accounted to nobody', () => {
  const bytes = join([coremlModel(), field(99, 'hidden payload')]);
  expect(firedRules(scanBytes(bytes, 'model.mlmodel'))).toEqual(['unaccounted-bytes']);
});

test('truncated at each offset', () => {
  expectTruncationsCaught(coremlModel(), 'model.mlmodel');
});

test('random damage only yields typed errors', () => {
  expectMutationsSurvived(coremlModel({ layerClass: 'AcmeSwish' }), 'model.mlmodel');
});
