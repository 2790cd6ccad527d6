import { expect, it } from 'vitest';
import { byteWords, countWords } from './byte-words.ts';

it('counts bytes as disks do', () => {
  expect([0, 999, 1000, 1_500_000_000, 999_600].map((bytes) => byteWords(bytes).replace('\u00a0', ' '))).toEqual([
    '0 B',
    '999 B',
    '1.00 KB',
    '1.50 GB',
    '1.00 MB',
  ]);
});

it('puts figures and their words together', () => {
  expect([countWords(1, 'file'), countWords(2000, 'file'), countWords(0, 'entry', 'entries')]).toEqual([
    '1 file',
    '2,000 files',
    '0 entries',
  ]);
});
