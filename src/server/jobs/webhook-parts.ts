import { isWebhookSecret, type WebhookParts } from '../../access/webhooks/send-webhook.ts';
import { StartError } from '../config/errors.ts';
import { readSecret } from '../config/read-secret.ts';
import type { ServerConfig } from '../config/schema.ts';
import { makeSafeFetch } from '../fetch/safe-fetch.ts';

/** The webhook that the configuration names; undefined where it names none. @throws StartError `secret-unreadable`, `config-invalid` */
export function webhookParts(
  config: ServerConfig,
  { origin, clock }: Pick<WebhookParts, 'origin' | 'clock'>,
): WebhookParts | undefined {
  const { webhook } = config.reviews;
  if (webhook === undefined) return undefined;
  const secret = readSecret(webhook.secret);
  if (!isWebhookSecret(secret)) {
    throw StartError.of('config-invalid', 'reviews.webhook.secret: expected whsec_ and the base64 of 24 bytes or more');
  }
  const fetchSafely = makeSafeFetch(config.fetch);
  return {
    url: webhook.url,
    secret,
    origin,
    clock,
    post: async (url, { headers, body, signal }) => {
      const { status } = await fetchSafely(url, { method: 'POST', headers, body, signal, redirect: 'error' });
      return status;
    },
  };
}
