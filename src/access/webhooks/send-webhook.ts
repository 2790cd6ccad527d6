import { createHmac } from 'node:crypto';
import { timeText } from '../../contract/time-text.ts';

const TIMEOUT_MS = 10_000;
/** Of Standard Webhooks: 24 to 64 bytes. */
const MIN_SECRET_BYTES = 24;
const SECRET_MARK = 'whsec_';

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

interface WebhookMessage {
  /** The same each time that it is sent, so that the receiver can tell a repetition. */
  readonly id: string;
  /** What happened: `recalled`. */
  readonly type: string;
  readonly atMs: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Sends one message. @throws Error where the receiver does not take it. */
export async function sendWebhook(
  parts: WebhookParts,
  { id, type, atMs, data }: WebhookMessage,
  signal: AbortSignal,
): Promise<void> {
  const body = JSON.stringify({ type, timestamp: timeText(atMs), data });
  const status = await parts.post(parts.url, {
    headers: signedHeaders(parts, { id, body }),
    body,
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  if (status < 200 || status > 299) throw new Error(`the webhook answered with status ${status}`);
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
