import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeEachStore } from '../build/store.ts';
import { type PullingHub, startPullingHub } from '../hub/pulling-hub.ts';

const files = { 'config.json': '{"model_type":"bert"}' };

describeEachStore('OCI artifacts of a registry that fetches from a hub', (column) => {
  let hub: PullingHub;
  beforeAll(async () => {
    hub = await startPullingHub(column);
  });
  afterAll(() => hub.stop());

  test('what is not here is unknown, and the hub behind is asked nothing', async () => {
    hub.behind.put('meta/llama', { files });
    for (const asked of ['manifests/latest', 'tags/list', `blobs/sha256:${'0'.repeat(64)}`]) {
      const answer = await hub.get(`/v2/meta/llama/${asked}`);
      expect([asked, answer.status]).toEqual([asked, 404]);
      expect(await answer.json()).toMatchObject({ errors: [{ code: 'NAME_UNKNOWN' }] });
    }
    expect(hub.behind.requests).toEqual([]);
  });

  test('the tags of what was fetched are the names of here', async () => {
    const sha = hub.behind.put('meta/pinned', { files });
    for (const revision of ['main', sha]) {
      expect((await hub.patiently(`/api/models/meta/pinned/revision/${revision}`)).status).toBe(200);
    }
    const { tags } = (await (await hub.get('/v2/meta/pinned/tags/list')).json()) as { readonly tags: string[] };
    expect(tags).toEqual(['latest', 'v1']);
  });
});
