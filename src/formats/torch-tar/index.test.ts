import { expect, test } from 'vitest';
import { BufferSource } from '../../bytes/source.ts';
import { scanSource } from '../../scan/scan-source.ts';
import { asm } from '../../../test/build/pickle.ts';
import { torchTar } from '../../../test/build/torch.ts';

const scan = (bytes: Uint8Array): ReturnType<typeof scanSource> => scanSource(new BufferSource(bytes), 'model.pth');

test('every byte of an ordinary one is accounted for', () => {
  const report = scan(torchTar());
  expect(report.format).toBe('torch-tar');
  expect(report.findings).toEqual([]);
  expect(report.coverage.complete).toBe(true);
});

test('a payload in any of its pickles is found', () => {
  const payload = asm().proto(2).global('os', 'system').unicode('echo vouched').tuple1().reduce().stop().bytes();
  for (const part of ['pickle', 'storages', 'tensors', 'system'] as const) {
    expect(scan(torchTar({ [part]: payload })).verdict, part).toBe('malicious');
  }
});

test('a count that is no number is damage', () => {
  const storages = asm().proto(2).none().stop().bytes();
  expect(scan(torchTar({ storages })).verdict).toBe('inconclusive');
});
