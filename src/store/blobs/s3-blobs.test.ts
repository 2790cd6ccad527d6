import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chunksOf, collect, digestOf, peakBytes, repeated } from '../../../test/build/contents.ts';
import { S3StandIn } from '../../../test/build/s3-stand-in.ts';
import { openedS3, type OpenedColumn } from '../../../test/store/blob-columns.ts';

const MiB = 1024 * 1024;
const limit = { maxBytes: 64 * MiB };

let server: S3StandIn;
let column: OpenedColumn;
beforeEach(async () => {
  server = new S3StandIn();
  column = await openedS3(await server.start(), server, () => server.stop());
});
afterEach(() => column.close());

describe('blobs in a store that fails', () => {
  it('asks again after answers that it is busy', async () => {
    server.faults.push({ when: () => true, outcome: { status: 503 }, times: 2 });
    const content = randomBytes(100);
    const { digest } = await column.blobs.put(chunksOf(content), limit);
    server.faults.push({ when: () => true, outcome: { status: 500 }, times: 2 });
    expect((await collect(column.blobs.read(digest))).equals(content)).toBe(true);
  });

  it('goes on reading where a connection broke', async () => {
    const content = randomBytes(3 * MiB);
    const { digest } = await column.blobs.put(chunksOf(content), limit);
    server.faults.push({ when: ({ method }) => method === 'GET', outcome: { cutAfterBytes: MiB }, times: 2 });
    expect((await collect(column.blobs.read(digest))).equals(content)).toBe(true);
    expect(server.faults[0]?.times).toBe(0);
  });

  it('gives up reading when no byte arrives any more', async () => {
    const { digest } = await column.blobs.put(chunksOf(randomBytes(MiB)), limit);
    server.faults.push({ when: ({ method }) => method === 'GET', outcome: { cutAfterBytes: 0 }, times: 1000 });
    await expect(collect(column.blobs.read(digest))).rejects.toMatchObject({ code: 'blobs-unavailable' });
  });

  it('lists more blobs than one answer names, and nothing else', async () => {
    server.pageLength = 2;
    const stored = [];
    for (let number = 0; number < 5; number += 1)
      stored.push((await column.blobs.put(chunksOf(randomBytes(9)), limit)).digest);
    server.objects.set('here/sha256/note.txt', { body: Buffer.alloc(1), at: new Date() });
    const listed = [];
    for await (const { digest } of column.blobs.list()) listed.push(digest);
    expect(listed).toEqual(stored.toSorted());
  });

  it('leaves no upload behind when a part cannot be stored', async () => {
    const when = ({ query }: { query: URLSearchParams }): boolean => query.get('partNumber') === '2';
    server.faults.push({ when, outcome: { status: 500 }, times: 1000 });
    const content = randomBytes(20 * MiB);
    await expect(column.blobs.put(chunksOf(content), limit)).rejects.toMatchObject({
      code: 'blobs-unavailable',
      message: 'the store of blobs did not store a part: InternalError',
    });
    expect(server.uploads.size + server.objects.size).toBe(0);
  });

  it('leaves nothing beside the blob when copying it fails', async () => {
    const when = ({ method, key }: { method: string; key: string }): boolean =>
      method === 'PUT' && key.startsWith('here/sha256/');
    server.faults.push({ when, outcome: { status: 500 }, times: 1000 });
    await expect(column.blobs.put(chunksOf(randomBytes(20 * MiB)), limit)).rejects.toMatchObject({
      code: 'blobs-unavailable',
    });
    expect(server.uploads.size + server.objects.size).toBe(0);
  });

  it('tells no secret when it is refused', async () => {
    const wrong = { bucket: server.bucket, accessKeyId: server.accessKeyId, secretAccessKey: 'not-the-secret-key' };
    const endpoint = 's3' in column.config ? (column.config.s3.endpoint ?? '') : '';
    const other = await openedS3(endpoint, wrong, () => Promise.resolve());
    const refusal: unknown = await other.blobs.probe().catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'blobs-unavailable',
      message: 'the store of blobs did not store a blob: SignatureDoesNotMatch',
    });
    expect(JSON.stringify(refusal)).not.toMatch(/not-the-secret-key|stand-in/);
    await other.close();
  });

  it('says that nothing answers', async () => {
    await server.stop();
    await expect(column.blobs.probe()).rejects.toMatchObject({ code: 'blobs-unavailable', httpStatus: 503 });
  });
});

describe('blobs in S3', () => {
  it('sends content whose digest is known to its place at once', async () => {
    const content = randomBytes(20 * MiB);
    await column.blobs.put(chunksOf(content), { ...limit, expected: digestOf(content) });
    expect([...server.objects.keys()]).toEqual([`here/sha256/${digestOf(content).slice(7)}`]);
  });

  it('removes what uploads that never ended left, when it is old', async () => {
    const at = new Date(Date.now() - 7_200_000);
    server.uploads.set('old', { key: `here/sha256/${'a'.repeat(64)}`, at, parts: new Map() });
    server.uploads.set('new', { key: 'here/incoming/b', at: new Date(), parts: new Map() });
    server.uploads.set('other', { key: 'there/a', at, parts: new Map() });
    server.objects.set('here/incoming/c', { body: Buffer.alloc(1), at });
    server.objects.set('here/incoming/d', { body: Buffer.alloc(1), at: new Date() });
    server.objects.set(`here/sha256/${'e'.repeat(64)}`, { body: Buffer.alloc(1), at });
    expect(await column.blobs.sweep(3_600_000)).toBe(2);
    expect([...server.uploads.keys()]).toEqual(['new', 'other']);
    expect([...server.objects.keys()]).toEqual(['here/incoming/d', `here/sha256/${'e'.repeat(64)}`]);
  });

  it('says that a blob was changed in the store', async () => {
    const { digest } = await column.blobs.put(chunksOf(Buffer.from('kept')), limit);
    server.objects.set(`here/sha256/${digest.slice(7)}`, { body: Buffer.from('lost'), at: new Date() });
    await expect(collect(column.blobs.read(digest))).rejects.toMatchObject({ code: 'blob-damaged' });
  });

  it('stores and reads much in little memory', async () => {
    const thread = new Worker(new URL('../../../test/build/s3-thread.ts', import.meta.url));
    const [{ endpoint, keys }] = (await once(thread, 'message')) as [{ endpoint: string; keys: typeof server }];
    const { blobs, close } = await openedS3(endpoint, keys, async () => void (await thread.terminate()));
    const times = 200;
    const peak = await peakBytes(async () => {
      const info = await blobs.put(repeated(Buffer.alloc(MiB, 7), times), { maxBytes: times * MiB });
      for await (const chunk of blobs.read(info.digest)) expect(chunk.byteLength).toBeLessThanOrEqual(MiB);
    });
    expect(peak).toBeLessThan((times / 2) * MiB);
    await close();
  });
});
