import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderBlobs } from '../../src/store/blobs/folder-blobs.ts';
import { folderWith, type ModelSite, openModelSite, sha256Of, tensorsOf } from './model-site.ts';

const MIB = 1024 * 1024;
const PART_BYTES = 2 * MIB;
const FILE = 'model.safetensors';

describe('kill -9 of a server that models are sent to', () => {
  let models: ModelSite;
  beforeEach(async () => {
    models = await openModelSite(PART_BYTES);
  }, 60_000);
  afterEach(() => models.site.remove());

  const content = tensorsOf(12 * PART_BYTES + 12_345);
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await sleep(0);
  };
  const isReleasedWhole = async (folder: string): Promise<void> => {
    const pulled = join(models.site.folder, 'pulled');
    const { code, text } = await models.run('pull', 'acme/sent', pulled);
    expect(code, text).toBe(0);
    expect(sha256Of(join(pulled, FILE))).toBe(sha256Of(join(folder, FILE)));
    const { json } = await models.ask('GET', '/api/registry/models?order=name');
    const [model] = json['items'] as readonly { readonly id: string }[];
    const versions = await models.ask('GET', `/api/registry/models/${model?.id}/versions`);
    expect(versions.json['items']).toMatchObject([{ number: 1, state: 'released' }]);
  };
  const expectWholeBlobs = async (): Promise<void> => {
    const blobs = await FolderBlobs.open(join(models.site.dataOf(''), 'blobs'));
    for (const digest of models.stored()) for await (const _ of blobs.read(`sha256:${digest}`));
  };

  it('between parts and in the middle of one: the push goes on, and what is released is what was sent', {
    timeout: 180_000,
  }, async () => {
    const folder = folderWith(join(models.site.folder, 'model'), { [FILE]: content });
    let server = await models.serve();
    const pushing = models.run('push', folder, 'acme/sent', '--project', 'research', '--wait');
    // In the middle: a part is being written. Between: another has just become whole.
    const moments = [
      () => models.stored().length > 0 && models.incoming().some((bytes) => bytes > 0),
      () => models.stored().length > 3,
      () => models.stored().length > 6 && models.incoming().some((bytes) => bytes > 0),
    ];
    for (const isTime of moments) {
      await until(isTime);
      await server.program.kill();
      await expectWholeBlobs();
      server = await models.serve();
    }
    const { code, text } = await pushing;
    expect(code, text).toBe(0);
    await isReleasedWhole(folder);
    await server.stop();
    await expectWholeBlobs();
  });

  it('with half a part on its way: another push sends that part again, and no other', {
    timeout: 180_000,
  }, async () => {
    const folder = folderWith(join(models.site.folder, 'model'), { [FILE]: content });
    let server = await models.serve();
    const model = await models.ask('POST', '/api/registry/models', { name: 'acme/sent', projectId: models.projectId });
    const digest = `sha256:${sha256Of(join(folder, FILE))}`;
    const files = [{ path: FILE, bytes: content.length, digest }];
    const begun = await models.ask('POST', `/api/registry/models/${String(model.json['id'])}/versions`, { files });
    const { id } = begun.json['version'] as { readonly id: string };
    const ways = { port: models.port, ...models.key() };
    await sendPart({ ...ways, id, part: 0, body: content.subarray(0, PART_BYTES), sent: PART_BYTES }).answered;
    const half = sendPart({
      ...ways,
      id,
      part: 1,
      body: content.subarray(PART_BYTES, 2 * PART_BYTES),
      sent: PART_BYTES / 2,
    });
    await until(() => models.incoming().some((bytes) => bytes >= MIB));
    const cut = expect(half.answered).rejects.toThrow();
    await server.program.kill();
    await cut;
    server = await models.serve();
    const { uploads } = (await models.ask('GET', `/api/registry/versions/${id}/uploads`)).json as {
      readonly uploads: readonly { readonly missing: readonly number[] }[];
    };
    expect(uploads[0]?.missing).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const { code, text } = await models.run('push', folder, 'acme/sent', '--wait');
    expect(text).toMatch(/went on with an interrupted push, sent 23/);
    expect(code, text).toBe(0);
    await isReleasedWhole(folder);
    await server.stop();
  });

  it('while it encrypts: it is released once, whole, and not before', { timeout: 180_000 }, async () => {
    const folder = folderWith(join(models.site.folder, 'model'), { [FILE]: content });
    let server = await models.serve();
    const pushed = await models.run('push', folder, 'acme/sent', '--project', 'research', '--format', 'json');
    expect(pushed.code, pushed.text).toBe(0);
    const { id } = (JSON.parse(pushed.text.slice(pushed.text.indexOf('{'))) as { version: { id: string } }).version;
    await models.version(id, ({ step, state }) => step === 'encrypts' || state === 'released');
    await until(() => models.incoming().some((bytes) => bytes > 0));
    await server.program.kill();
    server = await models.serve();
    expect((await models.version(id))['state']).toBe('released');
    await isReleasedWhole(folder);
    await server.stop();
    await expectWholeBlobs();
  });
});

interface Sending {
  readonly port: number;
  readonly authorization: string;
  readonly id: string;
  readonly part: number;
  readonly body: Uint8Array;
  /** Only so many bytes of it are written. */
  readonly sent: number;
}

function sendPart({ port, authorization, id, part, body, sent }: Sending): { readonly answered: Promise<number> } {
  const path = `/api/registry/versions/${id}/parts?${new URLSearchParams({ path: FILE, part: String(part) }).toString()}`;
  const headers = {
    authorization,
    'content-type': 'application/octet-stream',
    'content-length': String(body.length),
    host: `localhost:${port}`,
  };
  const asked = request({ host: '127.0.0.1', port, method: 'PUT', path, headers, agent: false });
  const answered = new Promise<number>((resolve, reject) => {
    asked.once('error', reject);
    asked.once('response', (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
  });
  asked.write(body.subarray(0, sent));
  if (sent === body.length) asked.end();
  return { answered };
}
