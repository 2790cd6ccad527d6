import type { ReviewParts } from '../../access/reviews/parts.ts';
import { remindHandler } from '../../access/reviews/remind.ts';
import { remindJob } from '../../access/reviews/steps.ts';
import { isWebhookSecret, notifyHandler, notifyJob } from '../../access/reviews/webhook.ts';
import type { JobHandler } from '../../store/jobs/job.ts';
import { StartError } from '../config/errors.ts';
import { readSecret } from '../config/read-secret.ts';
import type { ServerConfig } from '../config/schema.ts';
import { makeSafeFetch } from '../fetch/safe-fetch.ts';

/** Kinds of jobs that access reviews add. */
export const reviewJobKinds = [remindJob, notifyJob] as const;

export interface ReviewJobsOptions {
  readonly parts: ReviewParts;
  readonly config: ServerConfig;
  /** Of this server, for links. */
  readonly origin: string;
}

/** What does the jobs of access reviews. @throws StartError `secret-unreadable`, `config-invalid` */
export function reviewJobs({ parts, config, origin }: ReviewJobsOptions): Readonly<Record<string, JobHandler>> {
  const { webhook } = config.reviews;
  const handlers = { [remindJob]: remindHandler(parts) };
  if (webhook === undefined) return handlers;
  const secret = readSecret(webhook.secret);
  if (!isWebhookSecret(secret)) {
    throw StartError.of('config-invalid', 'reviews.webhook.secret: expected whsec_ and the base64 of 24 bytes or more');
  }
  const fetchSafely = makeSafeFetch(config.fetch);
  const notify = notifyHandler({
    url: webhook.url,
    secret,
    origin,
    clock: parts.clock,
    post: async (url, { headers, body, signal }) => {
      const { status } = await fetchSafely(url, { method: 'POST', headers, body, signal, redirect: 'error' });
      return status;
    },
  });
  return { ...handlers, [notifyJob]: notify };
}
