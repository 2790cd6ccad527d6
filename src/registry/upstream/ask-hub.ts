import { CodedError } from '../../bytes/errors.ts';
import type { Upstream } from '../registry.ts';
import { hubDown, hubLied, hubRefused } from './hub-fault.ts';

/** What is asked of a hub takes so long at most, its body included. */
const ANSWER_MS = 30_000;
const MAX_RETRY_AFTER_SECONDS = 3600;
const BUSY_SECONDS = 30;

export interface HubRequest {
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

type Client = Pick<Upstream, 'fetch' | 'token' | 'endpoint'>;

/**
 * Asks a hub, and says in plain words what is wrong with an answer that is not 200 or 206. The token is sent to the hub's own origin only.
 * @throws RegistryError `upstream-refused`, `upstream-failed`
 */
export async function askHub(
  { fetch, token, endpoint }: Client,
  { url, headers = {}, signal }: HubRequest,
): Promise<Response> {
  const isOwn = url.origin === new URL(endpoint).origin;
  const proof = token === null || !isOwn ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(url, { headers: { ...headers, ...proof }, signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw fetchFault(error);
  });
  if (answer.status === 200 || answer.status === 206) return answer;
  await answer.body?.cancel();
  throw statusFault(answer);
}

/** What a request to somewhere unwanted came to is not put right by asking again. */
export function fetchFault(error: unknown): Error {
  if (!(error instanceof CodedError)) return hubDown('it cannot be reached', { cause: error });
  const isLasting = error.code === 'fetch-refused' || error.code === 'fetch-redirected';
  return isLasting ? hubLied(error.message, error) : hubDown(error.message, { cause: error });
}

function statusFault({ status, headers }: Response): Error {
  const code = headers.get('x-error-code');
  if (code === 'GatedRepo') return hubRefused('who wants it must first agree to its terms on the hub');
  if (status === 401 || status === 403) return hubRefused(`it answered ${status}: not there, or not for this server`);
  if (status === 404 || status === 410) return hubRefused(`it answered ${status}: not there`);
  if (status === 451) return hubRefused('it answered 451: withheld for legal reasons');
  const retryAfterSeconds = retryAfter(headers.get('retry-after'));
  if (status !== 429) return hubDown(`it answered ${status}`, { retryAfterSeconds });
  return hubDown('it answered 429: too many requests', { retryAfterSeconds: retryAfterSeconds ?? BUSY_SECONDS });
}

/** Of a header `retry-after`; dates, which hubs do not send, are as good as none. */
function retryAfter(header: string | null): number | undefined {
  if (header === null || !/^\d{1,6}$/.test(header)) return undefined;
  return Math.min(Math.max(1, Number(header)), MAX_RETRY_AFTER_SECONDS);
}

/**
 * Asks for JSON of at most so many bytes.
 * @throws RegistryError `upstream-refused`, `upstream-failed`
 */
export async function askJson(
  client: Client,
  request: HubRequest & { readonly maxBytes: number },
): Promise<{ readonly value: unknown; readonly headers: Headers }> {
  const slow = AbortSignal.timeout(ANSWER_MS);
  const signal = AbortSignal.any([request.signal, slow]);
  try {
    const answer = await askHub(client, { ...request, signal });
    const type = answer.headers.get('content-type') ?? 'no type';
    if (!/^application\/json\b/i.test(type)) {
      await answer.body?.cancel();
      throw hubLied(`expected JSON, found ${type.slice(0, 60)}`);
    }
    const text = await readText(answer, request.maxBytes);
    return { value: parseJson(text), headers: answer.headers };
  } catch (error) {
    request.signal.throwIfAborted();
    if (slow.aborted) throw hubDown('it does not answer in time', { cause: error });
    throw error;
  }
}

async function readText(answer: Response, maxBytes: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of answer.body ?? []) {
      bytes += part.length;
      if (bytes > maxBytes) throw hubLied(`its answer has more than ${maxBytes} bytes`);
      parts.push(part);
    }
  } catch (error) {
    throw error instanceof CodedError && error.code.startsWith('fetch-') ? fetchFault(error) : error;
  }
  return Buffer.concat(parts).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw hubLied('its JSON is not well made', error);
  }
}
