import { expect, test } from 'vitest';
import {
  expectMutationsSurvived,
  expectTruncationsCaught,
  firedRules,
  scanBytes,
} from '../../../test/build/hostile-copies.ts';
import { maskedCrc32c } from '../media/crc32c.ts';

const text = (value: string): number[] => [...new TextEncoder().encode(value)];
const u32 = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);

/** Entries without shared prefixes, one restart point, no compression, checksum. */
function block(...entries: readonly (readonly [key: string, value: readonly number[]])[]): number[] {
  const rows = entries.flatMap(([key, value]) => [0, key.length, value.length, ...text(key), ...value]);
  const content = [...rows, ...u32(0), ...u32(1), 0];
  return [...content, ...u32(maskedCrc32c(Uint8Array.from(content)))];
}

/** A checkpoint index of two tensors, laid out as BundleWriter does. */
function bundle(tensor: readonly number[] = [0x08, 1, 0x20, 8, 0x28, 4]): Uint8Array {
  const data = block(['', [0x08, 1, 0x1a, 2, 0x08, 1]], ['a/weight', tensor], ['b/weight', [0x08, 1, 0x28, 4]]);
  const meta = block();
  const index = block(['b0', [0, data.length - 5]]);
  const metaAt = data.length;
  const indexAt = metaAt + meta.length;
  const footer = [metaAt, meta.length - 5, indexAt, index.length - 5];
  const magic = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
  const padding = Array.from({ length: 36 }, () => 0);
  return Uint8Array.from([...data, ...meta, ...index, ...footer, ...padding, ...magic]);
}

test('an ordinary index is clean to the last byte', () => {
  const report = scanBytes(bundle(), 'ckpt-1.index');
  expect(report).toMatchObject({ format: 'tensor-bundle', verdict: 'clean', details: { tensors: 2 } });
  expect(report.coverage.complete).toBe(true);
});

test('what precedes the blocks is accounted to nobody', () => {
  const moved = bundle();
  expect(firedRules(scanBytes(Uint8Array.from([...text('hidden'), ...moved]), 'ckpt-1.index'))).toContain('malformed');
});

test('a field nobody knows', () => {
  expect(firedRules(scanBytes(bundle([0x08, 1, 0x7a, 2, 65, 66]), 'ckpt-1.index'))).toEqual(['malformed']);
});

test('a checksum that is wrong', () => {
  const bytes = bundle();
  bytes[10] = 9;
  expect(firedRules(scanBytes(bytes, 'ckpt-1.index'))).toContain('malformed');
});

test('truncated at each offset', () => {
  expectTruncationsCaught(bundle(), 'ckpt-1.index');
});

test('random damage only yields typed errors', () => {
  expectMutationsSurvived(bundle(), 'ckpt-1.index');
});
