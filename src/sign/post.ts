import { SignError } from './errors.ts';
import { signLimits } from './limits.ts';

const TIMEOUT_MILLISECONDS = 30_000;
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

export interface PostRequest {
  /** Who is asked, in words. */
  readonly service: string;
  readonly base: string;
  readonly path: string;
  readonly body: unknown;
}

/**
 * Posts JSON and returns the JSON that comes back. Never follows a redirect, which could carry a token elsewhere, and
 * never repeats in an error what was sent or answered: either may hold the token.
 * @throws SignError `service-failed`.
 */
export async function post({ service, base, path, body }: PostRequest): Promise<unknown> {
  const url = addressOf(service, base, path);
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
  } catch (error) {
    throw SignError.of('service-failed', `${service} at ${url.origin} cannot be reached: ${reason(error)}`);
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw SignError.of('service-failed', `${service} at ${url.origin} answered with status ${response.status}`);
  }
  try {
    return JSON.parse((await readBounded(response)).toString('utf8'));
  } catch (error) {
    if (error instanceof SignError) throw error;
    const isCut = !(error instanceof SyntaxError);
    const what = isCut ? `did not end its answer: ${reason(error)}` : 'answered with something that is not JSON';
    throw SignError.of('service-failed', `${service} at ${url.origin} ${what}`);
  }
}

function addressOf(service: string, base: string, path: string): URL {
  const text = `${base.replace(/\/+$/, '')}${path}`;
  if (!URL.canParse(text)) throw SignError.of('service-failed', `the address of ${service} is not a URL`);
  const url = new URL(text);
  const isLocal = url.protocol === 'http:' && LOOPBACK.has(url.hostname);
  if (url.protocol !== 'https:' && !isLocal) {
    throw SignError.of('service-failed', `the address of ${service} must begin with https://`);
  }
  if (url.username !== '' || url.password !== '') {
    throw SignError.of('service-failed', `the address of ${service} must not contain a password`);
  }
  return url;
}

async function readBounded(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > signLimits.maxResponseBytes) {
      throw SignError.of('service-failed', `an answer has more than ${signLimits.maxResponseBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  if (error.name === 'TimeoutError') return `no answer in ${TIMEOUT_MILLISECONDS / 1000} seconds`;
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  return cause?.code ?? cause?.message ?? error.message;
}
