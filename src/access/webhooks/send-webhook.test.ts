import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { JobContext } from '../../store/jobs/job.ts';
import { notifyHandler } from '../reviews/webhook.ts';
import { isWebhookSecret, signedHeaders } from './send-webhook.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

interface Sent {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function sender(status: number) {
  const sent: Sent[] = [];
  const handler = notifyHandler({
    url: 'https://hooks.example.org/reviews',
    secret,
    origin: 'https://vouchsafe.example.org',
    clock: () => 1_700_000_000_999,
    post: async (url, { headers, body }) => {
      sent.push({ url, headers, body });
      return status;
    },
  });
  return { sent, handler };
}

const context: JobContext = {
  id: 'job_1',
  attempt: 1,
  data: { messageId: 'req_1', campaignId: 'cmp_1', event: 'review-due', atMs: 1_700_000_000_000, open: 3 },
  signal: new AbortController().signal,
  progress: async () => undefined,
};

describe('the webhook of reviews', () => {
  test('is signed as Standard Webhooks 1.0 has it, by the vector of its specification', () => {
    const vector = signedHeaders(
      { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', clock: () => 1_614_265_330_000 },
      { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' },
    );
    expect(vector['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  test('tells what waits, without names, and is the same message when it is sent again', async () => {
    const { sent, handler } = sender(204);
    await handler(context);
    await handler({ ...context, attempt: 2 });
    const [first, second] = sent;
    expect(second).toEqual(first);
    expect(JSON.parse(first?.body ?? '')).toEqual({
      type: 'review-due',
      timestamp: '2023-11-14T22:13:20.000Z',
      data: { campaignId: 'cmp_1', open: 3, link: 'https://vouchsafe.example.org/access/reviews/cmp_1' },
    });
    const { headers, body } = first ?? { headers: {}, body: '' };
    const signed = createHmac('sha256', Buffer.alloc(32, 7)).update(`req_1.1700000000.${body}`).digest('base64');
    expect(headers).toMatchObject({
      'webhook-id': 'req_1',
      'webhook-timestamp': '1700000000',
      'webhook-signature': `v1,${signed}`,
    });
  });

  test.each([199, 301, 404, 500])('status %i is tried again', async (status) => {
    await expect(sender(status).handler(context)).rejects.toThrow(String(status));
  });

  test('a secret is long enough and says what it is', () => {
    expect(isWebhookSecret(secret)).toBe(true);
    expect(isWebhookSecret(secret.slice(6))).toBe(false);
    expect(isWebhookSecret('whsec_c2hvcnQ=')).toBe(false);
  });
});
