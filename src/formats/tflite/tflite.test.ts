import { describe, expect, test } from 'vitest';
import {
  expectMutationsSurvived,
  expectTruncationsCaught,
  firedRules,
  scanBytes,
} from '../../../test/build/hostile-copies.ts';
import { global, pickle4 } from '../../rules/examples/pickle.ts';
import { tfliteModel } from '../../rules/examples/tflite.ts';
import { buildZip, concatBytes } from '../../rules/examples/zip.ts';

describe('an ordinary model', () => {
  test('is clean to the last byte', () => {
    const report = scanBytes(tfliteModel(), 'model.tflite');
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ format: 'tflite', verdict: 'clean', coverage: { complete: true, payload: 3 } });
  });

  test('is never clean when cut', () => {
    expectTruncationsCaught(tfliteModel(), 'model.tflite');
  });

  test('yields only typed errors when damaged', () => {
    expectMutationsSurvived(tfliteModel({ custom: ['AcmeDecode'] }), 'model.tflite');
  });
});

test('TensorFlow operators are judged as in a graph', () => {
  const report = scanBytes(tfliteModel({ custom: ['FlexEagerPyFunc'] }), 'model.tflite');
  expect(report.verdict).toBe('malicious');
  expect(firedRules(report)).toEqual(['tensorflow-python-op', 'tflite-custom-op']);
});

test('a description is read by people and agents', () => {
  const report = scanBytes(tfliteModel({ description: 'fine \u{E0049}\u{E0047}\u{E004E} model' }), 'model.tflite');
  expect(firedRules(report)).toContain('hidden-unicode');
});

test('bytes nothing refers to are accounted to nobody', () => {
  const bytes = tfliteModel();
  expect(firedRules(scanBytes(Uint8Array.from([...bytes, ...bytes.keys()]), 'model.tflite'))).toEqual([
    'unaccounted-bytes',
  ]);
});

test('a model without a graph is none', () => {
  const bytes = Uint8Array.from([0x1c, 0, 0, 0, ...new TextEncoder().encode('TFL3'), ...new Uint8Array(64)]);
  expect(scanBytes(bytes, 'model.tflite')).toMatchObject({ format: 'tflite', verdict: 'inconclusive' });
});

describe('with associated files', () => {
  const labels = buildZip([{ name: 'labels.txt', content: 'cat\ndog\n' }]);

  test('appended at once', () => {
    const report = scanBytes(concatBytes([tfliteModel(), labels]), 'model.tflite');
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ format: 'tflite', verdict: 'clean', coverage: { complete: true, members: 1 } });
  });

  test('with something between', () => {
    const report = scanBytes(concatBytes([tfliteModel(), 'hidden payload', labels]), 'model.tflite');
    expect(firedRules(report)).toEqual(['archive-outside-bytes', 'unaccounted-bytes']);
  });

  test('that are examined like any others', () => {
    const evil = pickle4(global('os', 'system'), ')R');
    const report = scanBytes(concatBytes([tfliteModel(), buildZip([{ name: 'a.pkl', content: evil }])]), 'm.tflite');
    expect(report.verdict).toBe('malicious');
  });
});
