import { SealError } from '../errors.ts';
import { sealLimits } from '../limits.ts';

export interface BoundedRequest {
  /** For messages. */
  readonly provider: string;
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
  /** Plain HTTP to another machine, which shows the key to everybody on the way. */
  readonly allowsPlainHttp?: boolean | undefined;
}

export interface BoundedResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * One request to a key service: bounded in time and size, no redirects (they would carry the token elsewhere), TLS
 * verified. @throws SealError `provider-unconfigured`, `provider-failed`; messages never show headers or bodies.
 */
export async function boundedFetch(request: BoundedRequest): Promise<BoundedResponse> {
  checkEndpoint(request);
  const { provider, url, method, headers, body } = request;
  const signal = AbortSignal.timeout(sealLimits.maxProviderSeconds * 1000);
  try {
    const response = await fetch(url, {
      method,
      headers,
      body: body as Uint8Array<ArrayBuffer>,
      redirect: 'manual',
      signal,
    });
    const bytes = await readBounded(response, provider);
    return { status: response.status, headers: Object.fromEntries(response.headers), body: bytes };
  } catch (error) {
    if (error instanceof SealError) throw error;
    throw SealError.of('provider-failed', { provider, detail: `${url.host} ${reasonOf(error)}` }, error);
  }
}

function checkEndpoint({ provider, url, allowsPlainHttp }: BoundedRequest): void {
  const refuse = (detail: string): never => {
    throw SealError.of('provider-unconfigured', { provider, detail });
  };
  if (url.protocol !== 'https:' && url.protocol !== 'http:') refuse(`${url.protocol} is no protocol it speaks`);
  if (url.username !== '' || url.password !== '')
    refuse('its address holds a password; give that apart from the address');
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname) && allowsPlainHttp !== true) {
    refuse(`http://${url.host} is not encrypted and not this machine; use https, or --allow-plain-http`);
  }
  if (url.protocol === 'https:' && process.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    refuse('NODE_TLS_REJECT_UNAUTHORIZED=0 turns the verification of its certificate off');
  }
}

async function readBounded(response: Response, provider: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of response.body ?? []) {
    total += part.length;
    if (total > sealLimits.maxProviderResponseBytes) {
      throw SealError.of('provider-failed', {
        provider,
        detail: `it answers more than ${sealLimits.maxProviderResponseBytes} bytes`,
      });
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'cannot be reached';
  if (error.name === 'TimeoutError') return `did not answer within ${sealLimits.maxProviderSeconds} seconds`;
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return code === '' ? 'cannot be reached' : `cannot be reached (${code.toLowerCase().replaceAll('_', ' ')})`;
}
