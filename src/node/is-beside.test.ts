import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isBeside } from './is-beside.ts';
import { rawPath } from './raw-path.ts';

const folder = mkdtempSync(join(tmpdir(), 'beside-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'modèle.onnx'), '');

test('a file in the same folder', () => {
  expect(isBeside(rawPath(join(folder, 'modèle.onnx.data')), 'modèle.onnx')).toBe(true);
});

test.each(['other.onnx', '.', '..', 'a\u0000b'])('%j is none', (name) => {
  expect(isBeside(rawPath(join(folder, 'modèle.onnx.data')), name)).toBe(false);
});

test('a path without a folder counts from the working folder', () => {
  expect(isBeside(rawPath('x'), 'package.json')).toBe(true);
});
