import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Blobs } from '../../src/store/blobs/blobs.ts';
import { chunksOf, collect, digestOf } from '../build/contents.ts';
import { blobColumns, type OpenedColumn } from './blob-columns.ts';

const MiB = 1024 * 1024;
/** More than two parts of an upload. */
const LARGE_BYTES = 19 * MiB + 7;
const limit = { maxBytes: 64 * MiB };

describe.each(Object.entries(blobColumns))('blobs in %s', (_, open) => {
  let column: OpenedColumn;
  let blobs: Blobs;
  beforeAll(async () => {
    column = await open();
    ({ blobs } = column);
  });
  afterAll(() => column.close());

  it.each([0, 1, 255 * 1024, 8 * MiB, 8 * MiB + 1, LARGE_BYTES])(
    'gives back %d bytes as they were put',
    async (bytes) => {
      const content = randomBytes(bytes);
      const info = await blobs.put(chunksOf(content), limit);
      expect(info).toEqual({ digest: digestOf(content), bytes });
      expect(await blobs.stat(info.digest)).toEqual(info);
      expect((await collect(blobs.read(info.digest))).equals(content)).toBe(true);
    },
  );

  it.each([100, LARGE_BYTES])(
    'stores the same %d bytes twice as one, with and without saying what they are',
    async (bytes) => {
      const content = randomBytes(bytes);
      const digest = digestOf(content);
      const first = await blobs.put(chunksOf(content), { ...limit, expected: digest });
      expect(await blobs.put(chunksOf(content), limit)).toEqual(first);
      expect(await blobs.put(chunksOf(content), { ...limit, expected: digest })).toEqual(first);
      expect((await collect(blobs.read(digest))).equals(content)).toBe(true);
    },
  );

  it.each([100, LARGE_BYTES])(
    'refuses %d bytes with another digest than expected, and stores nothing',
    async (bytes) => {
      const content = randomBytes(bytes);
      const expected = digestOf(randomBytes(8));
      await expect(blobs.put(chunksOf(content), { ...limit, expected })).rejects.toMatchObject({
        code: 'digest-mismatch',
      });
      expect(await blobs.stat(expected)).toBeUndefined();
      expect(await blobs.stat(digestOf(content))).toBeUndefined();
    },
  );

  it('does not take the digest of what it has as a proof of having it', async () => {
    const content = randomBytes(LARGE_BYTES);
    const { digest } = await blobs.put(chunksOf(content), limit);
    const other = randomBytes(LARGE_BYTES);
    await expect(blobs.put(chunksOf(other), { ...limit, expected: digest })).rejects.toMatchObject({
      code: 'digest-mismatch',
    });
    expect((await collect(blobs.read(digest))).equals(content)).toBe(true);
  });

  it.each([
    [100, 99],
    [LARGE_BYTES, LARGE_BYTES - 1],
  ])('refuses %d bytes where %d are allowed, and stores nothing', async (bytes, maxBytes) => {
    const content = randomBytes(bytes);
    await expect(blobs.put(chunksOf(content), { maxBytes })).rejects.toMatchObject({ code: 'blob-too-long' });
    expect(await blobs.stat(digestOf(content))).toBeUndefined();
    expect(await blobs.put(chunksOf(content), { maxBytes: bytes })).toMatchObject({ bytes });
  });

  it.each([33, LARGE_BYTES])('stores nothing of content that fails after %d bytes', async (bytes) => {
    const content = randomBytes(bytes);
    const failing = async function* (): AsyncIterable<Uint8Array> {
      yield* chunksOf(content);
      throw new Error('the sender went away');
    };
    const expected = digestOf(content);
    await expect(blobs.put(failing(), limit)).rejects.toThrow('the sender went away');
    await expect(blobs.put(failing(), { ...limit, expected })).rejects.toThrow('the sender went away');
    expect(await blobs.stat(expected)).toBeUndefined();
  });

  it('reads ranges, from nothing to all', async () => {
    const content = randomBytes(3 * MiB);
    const { digest, bytes } = await blobs.put(chunksOf(content), limit);
    const ranges = [
      [0, 0],
      [0, 1],
      [bytes - 1, bytes],
      [bytes, bytes],
      [MiB - 3, 2 * MiB + 5],
      [0, bytes],
    ] as const;
    for (const [start, end] of ranges) {
      const found = await collect(blobs.read(digest, { start, end }));
      expect(found.equals(content.subarray(start, end)), `${start} to ${end}`).toBe(true);
    }
  });

  it.each([
    [-1, 5],
    [5, 4],
    [0, 11],
    [11, 11],
    [0.5, 2],
    [0, Number.NaN],
  ])('refuses the range %d to %d of ten bytes', async (start, end) => {
    const { digest } = await blobs.put(chunksOf(Buffer.alloc(10)), limit);
    await expect(collect(blobs.read(digest, { start, end }))).rejects.toMatchObject({ code: 'range-invalid' });
  });

  it.each([1000, LARGE_BYTES])('takes the same %d bytes from several at once', async (bytes) => {
    const content = randomBytes(bytes);
    const expected = digestOf(content);
    const puts = [limit, { ...limit, expected }, limit, { ...limit, expected }];
    const infos = await Promise.all(puts.map((options) => blobs.put(chunksOf(content), options)));
    expect(new Set(infos.map(({ digest }) => digest))).toEqual(new Set([expected]));
    expect((await collect(blobs.read(expected))).equals(content)).toBe(true);
  });

  it('says that it has no such blob', async () => {
    const digest = digestOf(Buffer.from('nobody stored this'));
    expect(await blobs.stat(digest)).toBeUndefined();
    await expect(collect(blobs.read(digest))).rejects.toMatchObject({ code: 'blob-missing', httpStatus: 404 });
    await expect(collect(blobs.read(digest, { start: 0, end: 1 }))).rejects.toMatchObject({ code: 'blob-missing' });
    await blobs.remove(digest);
  });

  it('removes', async () => {
    const { digest } = await blobs.put(chunksOf(randomBytes(10)), limit);
    await blobs.remove(digest);
    expect(await blobs.stat(digest)).toBeUndefined();
  });

  it('lists each of them, with when it was stored', async () => {
    const before = Date.now() - 2000;
    const stored: string[] = [];
    for (let number = 0; number < 5; number += 1)
      stored.push((await blobs.put(chunksOf(randomBytes(9)), limit)).digest);
    const listed = new Map<string, number>();
    for await (const { digest, storedAtMs } of blobs.list()) listed.set(digest, storedAtMs);
    for (const digest of stored) expect(listed.get(digest)).toBeGreaterThan(before);
    await blobs.remove(stored[0] ?? '');
    const left = [];
    for await (const { digest } of blobs.list()) left.push(digest);
    expect(new Set(left)).toEqual(new Set([...listed.keys()].filter((digest) => digest !== stored[0])));
  });

  it.each(['', 'sha256:', `sha256:${'A'.repeat(64)}`, `sha256:../${'a'.repeat(61)}`, `md5:${'a'.repeat(64)}`])(
    'refuses %j, which is no digest',
    async (digest) => {
      const refusal = { code: 'digest-malformed', httpStatus: 400 };
      await expect(blobs.stat(digest)).rejects.toMatchObject(refusal);
      await expect(collect(blobs.read(digest))).rejects.toMatchObject(refusal);
      await expect(blobs.remove(digest)).rejects.toMatchObject(refusal);
      await expect(blobs.put(chunksOf(Buffer.alloc(1)), { ...limit, expected: digest })).rejects.toMatchObject(refusal);
    },
  );

  it('may stop being read in the middle', async () => {
    const { digest } = await blobs.put(chunksOf(randomBytes(3 * MiB)), limit);
    for await (const chunk of blobs.read(digest)) {
      expect(chunk.byteLength).toBeGreaterThan(0);
      break;
    }
    expect(await collect(blobs.read(digest, { start: 0, end: 1 }))).toHaveLength(1);
  });

  it('can be written and read', async () => {
    await blobs.probe();
    expect(await blobs.sweep(0)).toBe(0);
  });
});
