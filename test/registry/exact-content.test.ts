import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { exactContent } from '../../src/registry/uploads/exact-content.ts';

async function lengthsOf(pieces: readonly Uint8Array[], bytes: number): Promise<number[]> {
  const lengths: number[] = [];
  for await (const piece of exactContent(Readable.from(pieces), bytes)) lengths.push(piece.byteLength);
  return lengths;
}

describe('a body of a certain length', () => {
  it.each([
    ['shorter', 6],
    ['longer', 4],
  ])('is refused where it is %s', async (_, bytes) => {
    await expect(lengthsOf([new Uint8Array(5)], bytes)).rejects.toMatchObject({ code: 'part-wrong' });
  });

  it('gives the memory of pieces back, but not what is only a part of something', async () => {
    const whole = new Uint8Array(100_000);
    const shared = new Uint8Array(200);
    expect(await lengthsOf([whole, shared.subarray(0, 100), shared.subarray(50)], 100_250)).toEqual([
      100_000, 100, 150,
    ]);
    expect([whole.buffer.detached, shared.buffer.detached]).toEqual([true, false]);
  });
});
