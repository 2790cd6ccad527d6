import fc from 'fast-check';
import { expect, test } from 'vitest';
import { progressLine } from '../../src/cli/render/progress.ts';
import { displayWidth, wrap } from '../../src/cli/render/wrap.ts';

test('wrap keeps every character but spaces at breaks, and the width', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 4, max: 60 }), (text, width) => {
      const lines = wrap(text, width);
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    }),
  );
});

test('wide characters take two columns and combining ones none', () => {
  expect([displayWidth('模型'), displayWidth('e\u0301'), displayWidth('abc'), displayWidth('🙂')]).toEqual([
    4, 1, 3, 2,
  ]);
});

test('progress tells the rate, and the time left once the total is known', () => {
  const state = { doneFiles: 1204, doneBytes: 3.1e9, totalFiles: 5000, totalBytes: 9e9, totalIsFinal: false };
  expect(progressLine(state, 4000)).toBe('1,204 of 5,000+ files, 3.10 GB, 301 files/s');
  expect(progressLine({ ...state, totalIsFinal: true }, 4000)).toBe(
    '1,204 of 5,000 files, 3.10 GB, 301 files/s, 12.6 s left',
  );
});
