import type { ServerConfig } from '../config/schema.ts';
import { addressPolicy } from './address-policy.ts';
import { FetchError } from './errors.ts';
import { exchange, type Sent } from './exchange.ts';
import { type Lookup, resolveTarget, systemLookup } from './resolve.ts';

const MAX_BYTES = 1_048_576;
const MAX_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Headers that prove who asks; they go to the origin that they were meant for, never to where it points. */
const CREDENTIALS = ['authorization', 'cookie', 'proxy-authorization'];

interface SafeFetchInit {
  readonly method?: string;
  readonly headers?: RequestInit['headers'];
  readonly body?: string | Uint8Array | ArrayBuffer | URLSearchParams | ReadableStream | null | undefined;
  readonly signal?: AbortSignal | null | undefined;
  /** `manual` answers with the redirect itself; `error` refuses it. */
  readonly redirect?: 'follow' | 'manual' | 'error';
}

export type SafeFetch = (url: string | URL, init?: SafeFetchInit) => Promise<Response>;

export interface SafeFetchOptions
  extends Pick<ServerConfig['fetch'], 'allowNetworks' | 'allowHttp' | 'timeoutSeconds'> {
  readonly maxBytes?: number;
  /** Bodies are given out while they arrive, however long that takes, as long as they do not stall for longer; `timeoutSeconds` is for their beginning. */
  readonly stallSeconds?: number;
  readonly lookup?: Lookup;
  /** Authorities to trust instead of the system's. */
  readonly ca?: string | Buffer;
}

/**
 * Calls what a person or a configuration named, and cannot be talked into calling anything else: https only, public addresses only
 * (or networks the operator named), the address that was examined is the one that is connected to, each redirect is examined anew,
 * time, size and redirects are bounded, no proxy of the environment, no credentials across origins (CWE-918).
 * @throws FetchError
 */
export function makeSafeFetch(options: SafeFetchOptions): SafeFetch {
  const policy = addressPolicy(options.allowNetworks);
  const rules = { policy, allowHttp: options.allowHttp, lookup: options.lookup ?? systemLookup };
  const { ca, maxBytes = MAX_BYTES, stallSeconds } = options;
  const limits = {
    maxBytes,
    ...(ca === undefined ? {} : { ca }),
    ...(stallSeconds === undefined ? {} : { stallMs: stallSeconds * 1000 }),
  };
  const ask = async (url: URL, sent: Sent, signal: AbortSignal): Promise<Response> =>
    exchange(url, await resolveTarget(url, rules), sent, { ...limits, signal });
  return async (address, init = {}) => {
    const tooSlow = new AbortController();
    const timer = setTimeout(() => tooSlow.abort(), options.timeoutSeconds * 1000);
    const given = init.signal ?? undefined;
    const signal = given === undefined ? tooSlow.signal : AbortSignal.any([tooSlow.signal, given]);
    try {
      return await follow(new URL(address), { init, ask, signal });
    } finally {
      clearTimeout(timer);
    }
  };
}

interface Following {
  readonly init: SafeFetchInit;
  readonly ask: (url: URL, sent: Sent, signal: AbortSignal) => Promise<Response>;
  readonly signal: AbortSignal;
}

/** The answer to which redirects lead, or the first of them. */
async function follow(first: URL, { init, ask, signal }: Following): Promise<Response> {
  let url = first;
  let sent = await sentBy(init);
  for (let hops = 0; ; hops++) {
    const answer = await ask(url, sent, signal);
    const location = answer.headers.get('location');
    if (!REDIRECTS.has(answer.status) || location === null || init.redirect === 'manual') return answer;
    await answer.body?.cancel();
    if (init.redirect === 'error' || hops === MAX_REDIRECTS) {
      const reason = init.redirect === 'error' ? 'expected no redirect' : 'too many redirects';
      throw FetchError.of('fetch-redirected', url, reason);
    }
    const next = targetOf(url, location);
    sent = redirected(sent, url, next);
    url = next;
  }
}

/** A body of any kind as the platform reads it, with the type that it has by itself. */
async function sentBy({ method = 'GET', headers, body }: SafeFetchInit): Promise<Sent> {
  const sent = new Headers(headers);
  if (body === null || body === undefined) return { method: method.toUpperCase(), headers: sent, body: undefined };
  const read = new Response(body as string);
  const bytes = new Uint8Array(await read.arrayBuffer());
  const mediaType = read.headers.get('content-type');
  if (mediaType !== null && !sent.has('content-type')) sent.set('content-type', mediaType);
  sent.set('content-length', String(bytes.length));
  return { method: method.toUpperCase(), headers: sent, body: bytes };
}

function targetOf(from: URL, location: string): URL {
  try {
    return new URL(location, from);
  } catch (error) {
    throw FetchError.of('fetch-redirected', from, 'its location is no address', error);
  }
}

/** What is sent on: nothing that changes something, and to another origin no credentials. */
function redirected(sent: Sent, from: URL, to: URL): Sent {
  if (sent.method !== 'GET' && sent.method !== 'HEAD') {
    throw FetchError.of('fetch-redirected', from, `a ${sent.method} is not sent on`);
  }
  const headers = new Headers(sent.headers);
  if (from.origin !== to.origin) for (const name of CREDENTIALS) headers.delete(name);
  return { ...sent, headers };
}

/** For libraries that take a `fetch`. */
export function asFetch(fetchSafely: SafeFetch): typeof fetch {
  return async (input, init) => {
    if (input instanceof Request) throw new TypeError('expected an address and options, found a request');
    return fetchSafely(input, init as SafeFetchInit);
  };
}
