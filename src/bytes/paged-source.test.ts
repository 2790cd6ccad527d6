import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PagedSource } from './paged-source.ts';
import { BufferSource } from './source.ts';

const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251);

test('any reads in any order give the bytes of the source', () => {
  const reads = fc.array(fc.tuple(fc.nat(bytes.length + 10), fc.nat(70_000)), { maxLength: 40 });
  fc.assert(
    fc.property(reads, (all) => {
      const source = new PagedSource(new BufferSource(bytes));
      for (const [offset, length] of all) {
        const into = new Uint8Array(length);
        const got = source.read(offset, into);
        expect(got).toBe(Math.max(0, Math.min(length, bytes.length - offset)));
        expect(Buffer.compare(into.subarray(0, got), bytes.subarray(offset, offset + got))).toBe(0);
      }
    }),
    { numRuns: 100 },
  );
});

test('scattered reads cost little, reading on costs few calls', () => {
  let calls = 0;
  let read = 0;
  const counting = {
    size: bytes.length,
    read(offset: number, into: Uint8Array) {
      calls += 1;
      const got = new BufferSource(bytes).read(offset, into);
      read += got;
      return got;
    },
  };
  const source = new PagedSource(counting);
  for (let offset = 0; offset < bytes.length; offset += 100_000) source.read(offset, new Uint8Array(8));
  expect(read).toBeLessThan(20_000);
  calls = 0;
  for (let offset = 0; offset < bytes.length; offset += 8) source.read(offset, new Uint8Array(8));
  expect(calls).toBeLessThan(12);
});
