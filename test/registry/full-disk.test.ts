import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderWith, type ModelSite, openModelSite, sha256Of, tensorsOf } from './model-site.ts';

const KIB = 1024;
const PART_BYTES = 4 * KIB * KIB;
const FILE = 'model.safetensors';

describe('a disk that is full', { timeout: 180_000 }, () => {
  let models: ModelSite;
  beforeEach(async () => {
    models = await openModelSite(PART_BYTES);
  }, 60_000);
  afterEach(() => models.site.remove());

  const isReleasedWhole = async (folder: string): Promise<void> => {
    const pulled = join(models.site.folder, 'pulled');
    const { code, text } = await models.run('pull', 'acme/sent', pulled);
    expect(code, text).toBe(0);
    expect(sha256Of(join(pulled, FILE))).toBe(sha256Of(join(folder, FILE)));
  };
  const begin = async (bytes: number, digest: string): Promise<string> => {
    const model = { name: 'acme/sent', projectId: models.projectId };
    const made = await models.ask('POST', '/api/registry/models', model);
    const files = [{ path: FILE, bytes, digest }];
    const begun = await models.ask('POST', `/api/registry/models/${String(made.json['id'])}/versions`, { files });
    return (begun.json['version'] as { readonly id: string }).id;
  };
  const stateOf = async (id: string) => (await models.ask('GET', `/api/registry/versions/${id}`)).json['state'];

  it('costs an upload the part that does not fit, and a push goes on once there is room', async () => {
    const content = tensorsOf(2 * PART_BYTES);
    const folder = folderWith(join(models.site.folder, 'model'), { [FILE]: content });
    const full = await models.serve({ maxFileKiB: 3 * KIB });
    const id = await begin(content.length, `sha256:${sha256Of(join(folder, FILE))}`);
    const query = new URLSearchParams({ path: FILE, part: '0' }).toString();
    const answer = await full.send('PUT', `/api/registry/versions/${id}/parts?${query}`, {
      raw: Buffer.from(content.subarray(0, PART_BYTES)),
      headers: { ...models.key(), 'content-type': 'application/octet-stream' },
    });
    expect(answer.status, answer.text).toBe(507);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.json).toMatchObject({ code: 'blobs-full', status: 507, hint: expect.any(String) });
    expect(answer.text).not.toContain(models.site.folder);
    expect([models.stored(), models.incoming()]).toEqual([[], []]);
    expect(await stateOf(id)).toBe('uploading');
    await full.stop();

    const roomy = await models.serve();
    const { code, text } = await models.run('push', folder, 'acme/sent', '--wait');
    expect(code, text).toBe(0);
    expect(text).toContain('went on with an interrupted push');
    await isReleasedWhole(folder);
    await roomy.stop();
  });

  it('keeps a version from being released, and it is once there is room', async () => {
    // Fits as it is, and not with what encryption adds.
    const content = tensorsOf(2 * PART_BYTES);
    const folder = folderWith(join(models.site.folder, 'model'), { [FILE]: content });
    const full = await models.serve({ maxFileKiB: content.length / KIB });
    const pushed = await models.run('push', folder, 'acme/sent', '--project', 'research', '--format', 'json');
    expect(pushed.code, pushed.text).toBe(0);
    const { id } = (JSON.parse(pushed.text.slice(pushed.text.indexOf('{'))) as { version: { id: string } }).version;
    await models.version(id, ({ step }) => step === 'encrypts');
    await expect.poll(() => full.logged(), { timeout: 60_000 }).toMatch(/too large for the file system/);
    expect(await stateOf(id)).toBe('releasing');
    const query = new URLSearchParams({ path: FILE }).toString();
    expect((await models.ask('GET', `/api/registry/versions/${id}/file?${query}`)).status).toBe(409);
    expect(models.incoming()).toEqual([]);
    await full.program.kill();

    const roomy = await models.serve();
    expect((await models.version(id))['state']).toBe('released');
    await isReleasedWhole(folder);
    await roomy.stop();
  });
});
