import { z } from 'zod';
import { sendWebhook, type WebhookParts } from '../../access/webhooks/send-webhook.ts';
import type { JobHandler } from '../../store/jobs/job.ts';
import { newId } from '../../store/new-id.ts';
import type { Change } from '../../store/store.ts';
import { MAX_ATTEMPTS, recallNoticeJob } from './job-kinds.ts';

const recallData = z.object({
  messageId: z.string(),
  versionId: z.string(),
  model: z.string(),
  number: z.number(),
  reason: z.string(),
  atMs: z.number(),
});

export type RecallMessage = Omit<z.output<typeof recallData>, 'messageId'>;

/** Sent later, outside of the change, as often as it takes. */
export async function planRecallMessage(change: Change, message: RecallMessage): Promise<void> {
  const data = { messageId: newId('request', message.atMs), ...message };
  await change.enqueue({ kind: recallNoticeJob, data, maxAttempts: MAX_ATTEMPTS });
}

export function recallNoticeHandler(parts: WebhookParts): JobHandler {
  return async ({ data, signal }) => {
    const { messageId, atMs, ...recall } = recallData.parse(data);
    const link = `${parts.origin}/versions/${recall.versionId}`;
    await sendWebhook(parts, { id: messageId, type: 'recalled', atMs, data: { ...recall, link } }, signal);
    return undefined;
  };
}
