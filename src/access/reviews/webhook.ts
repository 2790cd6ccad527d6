import { z } from 'zod';
import type { JobHandler } from '../../store/jobs/job.ts';
import { newId } from '../../store/new-id.ts';
import type { Change } from '../../store/store.ts';
import type { NoticeKind } from './notices.ts';
import { sendWebhook, type WebhookParts } from '../webhooks/send-webhook.ts';

/** The job that tells a webhook of a reminder. */
export const notifyJob = 'reviews.notify';

const MAX_ATTEMPTS = 8;

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
    const link = `${parts.origin}/access/reviews/${campaignId}`;
    await sendWebhook(parts, { id: messageId, type: event, atMs, data: { campaignId, open, link } }, signal);
    return undefined;
  };
}
