import { expect, test } from 'vitest';
import {
  expectMutationsSurvived,
  expectTruncationsCaught,
  firedRules,
  scanBytes,
} from '../../../test/build/hostile-copies.ts';

const text = (value: string): number[] => [...new TextEncoder().encode(value)];
const header = [...text('MATLAB 5.0 MAT-file, made by hand'.padEnd(116)), 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, ...text('IM')];
const element = [14, 0, 0, 0, 16, 0, 0, 0, ...text('16 bytes of data')];
const compressed = [15, 0, 0, 0, 3, 0, 0, 0, 1, 2, 3];
const file = Uint8Array.from([...header, ...element, ...compressed, ...element]);

test('an ordinary file is clean to the last byte', () => {
  const report = scanBytes(file, 'digits.mat');
  expect(report).toMatchObject({ format: 'matlab', verdict: 'clean', coverage: { complete: true, payload: 35 } });
});

test('what is no element is never clean', () => {
  expect(firedRules(scanBytes(Uint8Array.from([...file, ...text('hidden payload')]), 'digits.mat'))).toContain(
    'malformed',
  );
});

test('truncated at each offset', () => {
  const textOnly = Array.from({ length: 116 }, (_, index) => index + 1);
  expectTruncationsCaught(file, 'digits.mat', [...textOnly, 128, 152, 163]);
});

test('random damage only yields typed errors', () => {
  expectMutationsSurvived(file, 'digits.mat');
});
