import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { JobHandler } from '../../store/jobs/job.ts';
import { newId } from '../../store/new-id.ts';
import type { Change } from '../../store/store.ts';
import type { NoticeKind } from './notices.ts';
import { timeText } from '../../contract/time-text.ts';

/** The job that tells a webhook of a reminder. */
export const notifyJob = 'reviews.notify';

const TIMEOUT_MS = 10_000;
const MAX_ATTEMPTS = 8;
/** Of Standard Webhooks: 24 to 64 bytes. */
const MIN_SECRET_BYTES = 24;
const SECRET_MARK = 'whsec_';

const notificationData = z.object({
  messageId: z.string(),
  campaignId: z.string(),
  event: z.string(),
  atMs: z.number(),
  open: z.number(),
});

export interface Notification {
  readonly campaignId: string;
  readonly event: NoticeKind;
  readonly atMs: number;
  /** Items that nobody has decided. */
  readonly open: number;
}

/** Sends a POST, to public addresses only unless the configuration allows others; answers with the status. Follows no redirect. */
type PostSafely = (
  url: string,
  request: { readonly headers: Readonly<Record<string, string>>; readonly body: string; readonly signal: AbortSignal },
) => Promise<number>;

export interface WebhookParts {
  readonly url: string;
  /** `whsec_` and base64. */
  readonly secret: string;
  /** Of this server, for the link in the message. */
  readonly origin: string;
  readonly post: PostSafely;
  readonly clock: () => number;
}

/** Sent later, outside of the change, as often as it takes. Its id stays the same, so that the receiver can tell a repetition. */
export async function planNotification(change: Change, { campaignId, event, atMs, open }: Notification): Promise<void> {
  await change.enqueue({
    kind: notifyJob,
    data: { messageId: newId('request', atMs), campaignId, event, atMs, open },
    maxAttempts: MAX_ATTEMPTS,
  });
}

/** @throws Error where the receiver does not take it: the queue tries again, later each time. */
export function notifyHandler(parts: WebhookParts): JobHandler {
  return async ({ data, signal }) => {
    const { messageId, campaignId, event, atMs, open } = notificationData.parse(data);
    const body = JSON.stringify({
      type: event,
      timestamp: timeText(atMs),
      data: { campaignId, open, link: `${parts.origin}/access/reviews/${campaignId}` },
    });
    const headers = signedHeaders(parts, { id: messageId, body });
    const status = await parts.post(parts.url, {
      headers,
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    if (status < 200 || status > 299) throw new Error(`the webhook answered with status ${status}`);
    return undefined;
  };
}

/**
 * Headers of Standard Webhooks 1.0: an HMAC-SHA-256 over id, time and body, so that the receiver knows whom it is from and that it is not
 * an old one sent again. The time is that of sending: a receiver refuses what is older than minutes, and a repetition is signed anew.
 */
export function signedHeaders(
  { secret, clock }: Pick<WebhookParts, 'secret' | 'clock'>,
  { id, body }: { readonly id: string; readonly body: string },
): Readonly<Record<string, string>> {
  const seconds = Math.floor(clock() / 1000);
  const signature = createHmac('sha256', secretBytes(secret)).update(`${id}.${seconds}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${signature}`,
  };
}

/** Whether a text is a secret for webhooks: `whsec_` and the base64 of 24 bytes or more. */
export function isWebhookSecret(secret: string): boolean {
  return secret.startsWith(SECRET_MARK) && secretBytes(secret).length >= MIN_SECRET_BYTES;
}

function secretBytes(secret: string): Uint8Array {
  return Buffer.from(secret.slice(SECRET_MARK.length), 'base64');
}
