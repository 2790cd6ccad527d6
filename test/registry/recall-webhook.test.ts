import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { recallNoticeJob } from '../../src/registry/pipeline/job-kinds.ts';
import { recallNoticeHandler } from '../../src/registry/pipeline/recall-webhook.ts';
import { recallVersion } from '../../src/registry/pipeline/recall.ts';
import type { JobContext, JobRequest } from '../../src/store/jobs/job.ts';
import { describeEachStore, type TestStore } from '../build/store.ts';
import { openTestRegistry, type TestRegistry } from './fixture.ts';
import { releaseVersion } from './released.ts';

const AT_MS = 1_700_000_000_999;
const REASON = 'a backdoor was found';
const key = Buffer.alloc(32, 7);

interface Sent {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

describeEachStore('the message of a recall', ({ makeStore }) => {
  let at: TestStore;
  let test: TestRegistry;
  let jobs: JobRequest[];

  beforeEach(async () => {
    jobs = [];
    at = await makeStore({
      enqueue: async (_, request) => {
        jobs.push(request);
        return `job_${String(jobs.length).padStart(26, '0')}`;
      },
    });
    test = await openTestRegistry({ store: at.store, clock: () => AT_MS });
  });
  afterEach(async () => {
    await test.end();
    await at.end();
  });

  async function recalled({ hasWebhook }: { readonly hasWebhook: boolean }): Promise<string> {
    const registry = { ...test.registry, hasWebhook };
    const { versionId } = await releaseVersion(registry, {
      name: 'acme/bad',
      projectId: test.projectId,
      by: test.owner,
      files: { 'model.safetensors': 'weights' },
    });
    const recall = { versionId, by: test.owner, reason: REASON, atMs: AT_MS };
    await at.store.change((change) => recallVersion(change, registry, recall));
    return versionId;
  }

  const planned = (): readonly JobRequest[] => jobs.filter(({ kind }) => kind === recallNoticeJob);

  function receiver(status: number) {
    const sent: Sent[] = [];
    const handler = recallNoticeHandler({
      url: 'https://hooks.example.org/models',
      secret: `whsec_${key.toString('base64')}`,
      origin: 'https://vouchsafe.example.org',
      clock: () => AT_MS,
      post: async (url, { headers, body }) => {
        sent.push({ url, headers, body });
        return status;
      },
    });
    const context = (attempt: number): JobContext => ({
      id: 'job_1',
      attempt,
      data: planned()[0]?.data ?? {},
      signal: new AbortController().signal,
      progress: async () => undefined,
    });
    return { sent, attempt: (attempt: number) => handler(context(attempt)) };
  }

  it('is planned with the recall and sent signed, the same each time', async () => {
    const versionId = await recalled({ hasWebhook: true });
    expect(planned()).toHaveLength(1);
    const { sent, attempt } = receiver(204);
    await attempt(1);
    await attempt(2);
    const [first, second] = sent;
    expect(second).toEqual(first);
    const { url, headers, body } = first ?? expect.unreachable();
    expect(url).toBe('https://hooks.example.org/models');
    expect(JSON.parse(body)).toEqual({
      type: 'recalled',
      timestamp: '2023-11-14T22:13:20.999Z',
      data: {
        versionId,
        model: 'acme/bad',
        number: 1,
        reason: REASON,
        link: `https://vouchsafe.example.org/versions/${versionId}`,
      },
    });
    const id = headers['webhook-id'] ?? '';
    expect(id).not.toBe('');
    const signature = createHmac('sha256', key).update(`${id}.1700000000.${body}`).digest('base64');
    expect(headers).toMatchObject({ 'webhook-timestamp': '1700000000', 'webhook-signature': `v1,${signature}` });
  });

  it.each([301, 404, 503])('is tried again where the receiver answers %i', async (status) => {
    await recalled({ hasWebhook: true });
    expect(planned()[0]?.maxAttempts).toBeGreaterThan(1);
    await expect(receiver(status).attempt(1)).rejects.toThrow(String(status));
  });

  it('is not planned where nobody is to be told', async () => {
    await recalled({ hasWebhook: false });
    expect(planned()).toEqual([]);
  });
});
