import type { ReviewParts } from '../../access/reviews/parts.ts';
import { remindHandler } from '../../access/reviews/remind.ts';
import { remindJob } from '../../access/reviews/steps.ts';
import { notifyHandler, notifyJob } from '../../access/reviews/webhook.ts';
import type { WebhookParts } from '../../access/webhooks/send-webhook.ts';
import { recallNoticeJob } from '../../registry/pipeline/job-kinds.ts';
import { recallNoticeHandler } from '../../registry/pipeline/recall-webhook.ts';
import type { JobHandler } from '../../store/jobs/job.ts';

/** Kinds of jobs that access reviews and recalls add. */
export const reviewJobKinds = [remindJob, notifyJob, recallNoticeJob] as const;

/** What does the jobs of access reviews, and tells the webhook of them and of recalls. */
export function reviewJobs(
  parts: ReviewParts,
  webhook: WebhookParts | undefined,
): Readonly<Record<string, JobHandler>> {
  const handlers = { [remindJob]: remindHandler(parts) };
  if (webhook === undefined) return handlers;
  return { ...handlers, [notifyJob]: notifyHandler(webhook), [recallNoticeJob]: recallNoticeHandler(webhook) };
}
