import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recallVersion } from '../../src/registry/pipeline/recall.ts';
import { putPart } from '../../src/registry/uploads/put-part.ts';
import { blobsConfig } from '../../src/store/blobs/config.ts';
import { jobPlaces, type JobPlace } from '../build/jobs.ts';
import { S3StandIn } from '../build/s3-stand-in.ts';
import { safetensors } from '../build/tensors.ts';
import { openPipeline, type Pipeline } from './pipeline-fixture.ts';
import { BEARER, type ServedRegistry, serveRegistry } from './served.ts';

const MIB = 1024 * 1024;
const WAIT_MS = 50_000;
const FILE = 'model.safetensors';
/** Longer than one request to the store carries. */
const DATA_BYTES = 9 * MIB;
const header = JSON.stringify({ w: { dtype: 'U8', shape: [DATA_BYTES], data_offsets: [0, DATA_BYTES] } });

describe.each(jobPlaces())('models whose contents lie in a bucket ($name)', { timeout: 120_000 }, ({ makePlace }) => {
  let place: JobPlace;
  let removePlace: () => Promise<void>;
  let folder: string;
  let s3: S3StandIn;
  let pipeline: Pipeline;
  let served: ServedRegistry;
  let content: Buffer;
  beforeEach(async () => {
    ({ place, remove: removePlace } = await makePlace());
    folder = mkdtempSync(join(tmpdir(), 'vouchsafe-s3-'));
    s3 = new S3StandIn();
    const endpoint = await s3.start();
    const secretAccessKeyFile = join(folder, 'secret');
    writeFileSync(secretAccessKeyFile, s3.secretAccessKey, { mode: 0o600 });
    const { bucket, accessKeyId } = s3;
    const blobs = blobsConfig.parse({ s3: { endpoint, bucket, accessKeyId, secretAccessKeyFile, pathStyle: true } });
    pipeline = await openPipeline(place, { blobs });
    const { registry, test } = pipeline;
    served = await serveRegistry({ registry, owner: test.owner });
    content = Buffer.from(safetensors(header, randomBytes(DATA_BYTES)));
  });
  afterEach(async () => {
    await served.close();
    await pipeline.end();
    await s3.stop();
    rmSync(folder, { recursive: true, force: true });
    await removePlace();
  });

  const down = (when: (method: string, key: string) => boolean = () => true): void =>
    void s3.faults.push({ when: ({ method, key }) => when(method, key), outcome: { status: 503 }, times: 1_000_000 });
  const up = (): void => void s3.faults.splice(0);
  const download = (versionId: string, range?: string): Promise<{ status: number; body: Buffer; isWhole: boolean }> =>
    new Promise((resolve, reject) => {
      const url = `${served.origin}/api/registry/versions/${versionId}/file?path=${FILE}`;
      const headers = { authorization: `Bearer ${BEARER}`, ...(range === undefined ? {} : { range }) };
      get(url, { headers, agent: false }, (response) => {
        const parts: Buffer[] = [];
        const end = (isWhole: boolean) => () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts), isWhole });
        response.on('data', (part: Buffer) => parts.push(part));
        response.once('error', end(false));
        response.once('end', end(true));
      }).once('error', reject);
    });
  const upload = async (): Promise<string> =>
    pipeline.submit(await pipeline.model('acme/one'), { [FILE]: content, 'README.md': '# A model\n' });
  const released = async (): Promise<string> => {
    const versionId = await upload();
    await pipeline.start();
    await pipeline.reaches(versionId, 'released');
    return versionId;
  };
  const bodies = (): readonly Buffer[] => [...s3.objects.values()].map(({ body }) => body);
  const isPlainThere = (): boolean => bodies().some((body) => body.includes(content.subarray(-MIB)));

  it('are sealed, given out whole and in parts, and taken back', async () => {
    const versionId = await released();
    await expect.poll(isPlainThere, { timeout: WAIT_MS }).toBe(false);
    const whole = await download(versionId);
    expect(whole.status).toBe(200);
    expect(whole.body.equals(content)).toBe(true);
    for (const [start, end] of [
      [0, 1],
      [65_535, 65_537],
      [DATA_BYTES - 10, content.length],
    ] as const) {
      const part = await download(versionId, `bytes=${start}-${end - 1}`);
      expect(part.status).toBe(206);
      expect(part.body.equals(content.subarray(start, end))).toBe(true);
    }
    const { registry, test, queue } = pipeline;
    const recall = { versionId, by: test.owner, reason: 'found wanting', atMs: Date.now() };
    await queue.store.change((change) => recallVersion(change, registry, recall));
    expect((await download(versionId)).status).toBe(410);
    expect((await download(versionId, 'bytes=0-9')).status).toBe(410);
  });

  it('that a store does not take in the middle of an upload can be sent again', async () => {
    const modelId = await pipeline.model('acme/one');
    const versionId = await pipeline.upload(modelId, { 'README.md': '# A model\n' });
    const { registry } = pipeline;
    const half = async function* () {
      yield content.subarray(0, 5);
      down();
      yield content.subarray(5, 10);
    };
    const part = { versionId, path: 'README.md', part: 0 };
    await expect(putPart(registry, { ...part, content: Readable.from(half()) })).rejects.toMatchObject({
      code: 'blobs-unavailable',
      httpStatus: 503,
    });
    up();
    expect(s3.uploads.size).toBe(0);
    await putPart(registry, { ...part, content: Readable.from([Buffer.from('# A model\n')]) });
    await pipeline.submitUploaded(versionId);
    await pipeline.start();
    await pipeline.reaches(versionId, 'released');
  });

  it('are not given out while the store takes nothing sealed, and are once it does', async () => {
    const versionId = await upload();
    let isSealing = false;
    // Sealed contents come to lie beside, because nobody knows their digest before.
    down((method, key) => {
      isSealing ||= key.startsWith('incoming/') && method !== 'GET';
      return isSealing && method !== 'GET' && method !== 'HEAD';
    });
    await pipeline.start();
    await expect
      .poll(async () => (await pipeline.queue.jobs.find((await pipeline.row(versionId)).job_id ?? ''))?.error ?? '', {
        timeout: WAIT_MS,
        interval: 20,
      })
      .toMatch(/store of (blobs|contents)/);
    expect(await pipeline.row(versionId)).toMatchObject({ released_at: null });
    expect((await download(versionId)).status).toBe(409);
    up();
    await pipeline.reaches(versionId, 'released');
    expect((await download(versionId)).body.equals(content)).toBe(true);
  });

  it('answer 503 while the store is down; what was begun ends short, and never with other bytes', async () => {
    const versionId = await released();
    down();
    expect(await download(versionId)).toMatchObject({ status: 503 });
    up();
    // The salt, then a piece of what was sealed, then nothing any more.
    let gets = 0;
    const counts = ({ method }: { readonly method: string }): boolean => {
      gets += Number(method === 'GET');
      return false;
    };
    s3.faults.push({ when: counts, outcome: { status: 500 }, times: 1 });
    s3.faults.push({ when: () => gets === 2, outcome: { cutAfterBytes: 2 * MIB }, times: 1 });
    down(() => gets > 2);
    const cut = await download(versionId);
    expect([cut.status, cut.isWhole]).toEqual([200, false]);
    expect(cut.body.length).toBeGreaterThan(MIB);
    expect(cut.body.equals(content.subarray(0, cut.body.length))).toBe(true);
    up();
    const rest = await download(versionId, `bytes=${cut.body.length}-`);
    expect(rest.body.equals(content.subarray(cut.body.length))).toBe(true);
  });
});
