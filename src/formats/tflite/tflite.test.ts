import { expect, test } from 'vitest';
import { firedRules, scanBytes } from '../../../test/build/hostile-copies.ts';

test('a TensorFlow Lite model is recognized, and never clean', () => {
  const bytes = Uint8Array.from([0x1c, 0, 0, 0, ...new TextEncoder().encode('TFL3'), ...new Uint8Array(64)]);
  const report = scanBytes(bytes, 'model.tflite');
  expect(report).toMatchObject({ format: 'tflite', verdict: 'inconclusive' });
  expect(firedRules(report)).toEqual(['unsupported-feature']);
});
