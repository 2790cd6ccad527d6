import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Registry } from '../../src/registry/registry.ts';
import { makeTestStore, type TestStore } from '../build/store.ts';
import { openTestRegistry, type TestRegistry } from './fixture.ts';
import { BEARER, type ServedRegistry, serveRegistry } from './served.ts';

const MIB = 1024 * 1024;
const digestOf = (content: Uint8Array): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

describe('uploads over HTTP', () => {
  let at: TestStore;
  let test: TestRegistry;
  let registry: Registry;
  let served: ServedRegistry;
  let versionId: string;
  const content = Buffer.alloc(2 * MIB + 1, 5);

  beforeEach(async () => {
    at = await makeTestStore({ enqueue: async () => 'job_01J8Z3J8Z3J8Z3J8Z3J8Z3J8Z3' });
    test = await openTestRegistry({ store: at.store });
    registry = { ...test.registry, limits: { ...test.registry.limits, partBytes: MIB } };
    served = await serveRegistry({ registry, owner: test.owner });
    const { id: modelId } = await served.client.models.make({ body: { name: 'acme/one', projectId: test.projectId } });
    const files = [{ path: 'dir/ä b.bin', bytes: content.length }];
    ({
      version: { id: versionId },
    } = await served.client.versions.begin({ params: { modelId }, body: { files } }));
  });
  afterEach(async () => {
    await served.close();
    await test.end();
    await at.end();
  });

  const missing = async (): Promise<readonly number[] | undefined> =>
    (await served.client.versions.uploads({ params: { versionId } })).uploads[0]?.missing;
  const put = (part: number, body: Uint8Array<ArrayBuffer>, digest?: string) =>
    served.client.versions.putPart({
      params: { versionId },
      query: { path: 'dir/ä b.bin', part, ...(digest === undefined ? {} : { digest }) },
      body,
    });
  const partOf = (part: number): Uint8Array<ArrayBuffer> => content.subarray(part * MIB, (part + 1) * MIB);

  /** A request whose body is written piece by piece, and perhaps never ended. */
  function putByHand(part: number, headers: Readonly<Record<string, string>>) {
    const url = new URL(`/api/registry/versions/${versionId}/parts`, served.origin);
    url.search = new URLSearchParams({ path: 'dir/ä b.bin', part: String(part) }).toString();
    const sent = request(url, {
      method: 'PUT',
      agent: false,
      headers: {
        connection: 'keep-alive',
        'content-type': 'application/octet-stream',
        authorization: `Bearer ${BEARER}`,
        ...headers,
      },
    });
    const answer = new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
      sent.on('error', reject);
      sent.on('response', (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
    });
    return { sent, answer };
  }

  it('nobody puts his files into the upload of another, nor submits it', async () => {
    const other = await test.person('Other');
    await at.store.change(({ sql }) =>
      sql.updateTable('registry_versions').set({ created_by_id: other.id }).where('id', '=', versionId).execute(),
    );
    await expect(put(0, partOf(0))).rejects.toMatchObject({ status: 403, code: 'not-your-upload' });
    await expect(missing()).rejects.toMatchObject({ status: 403, code: 'not-your-upload' });
    await expect(served.client.versions.submit({ params: { versionId } })).rejects.toMatchObject({
      status: 403,
      code: 'not-your-upload',
    });
  });

  it('a whole upload, in parts, goes to examination', async () => {
    expect(await missing()).toEqual([0, 1, 2]);
    expect(await put(1, partOf(1), digestOf(partOf(1)))).toEqual({ digest: digestOf(partOf(1)), bytes: MIB });
    await expect(served.client.versions.submit({ params: { versionId } })).rejects.toMatchObject({
      code: 'upload-incomplete',
      status: 409,
    });
    await Promise.all([put(0, partOf(0)), put(2, partOf(2))]);
    expect(await missing()).toEqual([]);
    const version = await served.client.versions.submit({ params: { versionId } });
    expect(version).toMatchObject({ state: 'examining', number: 1, files: 1, bytes: content.length });
    const again = await served.client.versions.submit({ params: { versionId } });
    expect(again, 'a client whose answer was lost').toEqual(version);
    await expect(served.client.versions.uploads({ params: { versionId } })).rejects.toMatchObject({
      code: 'version-state',
    });
  });

  it('a connection that is cut stores nothing, and the part can be sent again', async () => {
    const { sent, answer } = putByHand(0, { 'content-length': String(MIB) });
    sent.write(partOf(0).subarray(0, MIB / 2));
    setTimeout(() => sent.destroy(), 100);
    await expect(answer).rejects.toThrow();
    await expect.poll(missing).toEqual([0, 1, 2]);
    const parts = await at.store.read.selectFrom('registry_parts').selectAll().execute();
    expect(parts).toEqual([]);
    await put(0, partOf(0));
    expect(await missing()).toEqual([1, 2]);
  });

  it('a part that says it is too long, or turns out to be, is refused with a reason', async () => {
    await expect(put(0, content.subarray(0, MIB + 1))).rejects.toMatchObject({ code: 'part-wrong', status: 422 });
    const endless = putByHand(0, { 'transfer-encoding': 'chunked' });
    endless.sent.write(Buffer.alloc(4 * MIB));
    const { status, text } = await endless.answer;
    endless.sent.destroy();
    expect([status, JSON.parse(text)]).toMatchObject([422, { code: 'part-wrong' }]);
    expect(await missing()).toEqual([0, 1, 2]);
  });

  it('a body of another kind is refused', async () => {
    const { sent, answer } = putByHand(0, { 'content-type': 'text/plain' });
    sent.end('x');
    expect(await answer).toMatchObject({ status: 415 });
  });

  it('whatever ended the server, another goes on where it was', async () => {
    await put(0, partOf(0));
    await served.close();
    served = await serveRegistry({ registry, owner: test.owner });
    expect(await missing()).toEqual([1, 2]);
  });

  it('what is given up is over, and says so', async () => {
    await put(0, partOf(0));
    await served.client.versions.abandon({ params: { versionId } });
    await expect(put(1, partOf(1))).rejects.toMatchObject({ code: 'version-state', status: 409 });
    expect(await served.client.versions.show({ params: { versionId } })).toMatchObject({ state: 'abandoned' });
  });
});
