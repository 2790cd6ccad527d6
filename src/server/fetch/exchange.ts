import { type IncomingMessage, request as httpRequest, Agent as HttpAgent } from 'node:http';
import type { LookupFunction } from 'node:net';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { FetchError } from './errors.ts';
import type { Resolved } from './resolve.ts';
import { streamAnswer } from './stream-answer.ts';

export interface Sent {
  readonly method: string;
  readonly headers: Headers;
  readonly body: Uint8Array | undefined;
}

export interface ExchangeLimits {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** Authorities to trust instead of the system's: for tests and networks of one's own. */
  readonly ca?: string | Buffer;
  /** The body is given out while it arrives, and must not stall for longer; whole where absent. */
  readonly stallMs?: number;
}

/** One request to one address, and its answer. No connection is kept, none is shared, no proxy of the environment is asked. */
export async function exchange(url: URL, to: Resolved, sent: Sent, limits: ExchangeLimits): Promise<Response> {
  try {
    const answer = await send(url, to, sent, limits);
    const body =
      limits.stallMs === undefined
        ? await readWhole(url, answer, limits.maxBytes)
        : streamAnswer(url, answer, { ...limits, stallMs: limits.stallMs });
    return answerOf(answer, body);
  } catch (error) {
    if (error instanceof FetchError) throw error;
    if (limits.signal.aborted) throw FetchError.of('fetch-too-slow', url, 'no answer in time', error);
    throw FetchError.of(
      'fetch-failed',
      url,
      error instanceof Error && 'code' in error ? String(error.code) : 'no answer',
      error,
    );
  }
}

async function send(url: URL, to: Resolved, sent: Sent, { signal, ca }: ExchangeLimits): Promise<IncomingMessage> {
  const isHttps = url.protocol === 'https:';
  const options = {
    method: sent.method,
    headers: { ...Object.fromEntries(sent.headers), 'accept-encoding': 'identity', connection: 'close' },
    // Whatever the connection asks for, it gets the address that was examined.
    lookup: pinned(to),
    signal,
    maxHeaderSize: 32_768,
    agent: isHttps ? new HttpsAgent({ keepAlive: false }) : new HttpAgent({ keepAlive: false }),
    ...(ca === undefined ? {} : { ca }),
  };
  return new Promise((resolve, reject) => {
    const request = isHttps ? httpsRequest(url, options, resolve) : httpRequest(url, options, resolve);
    request.on('error', reject);
    request.end(sent.body);
  });
}

function pinned({ address, family }: Resolved): LookupFunction {
  return (_hostname, options, done): void => {
    if (options.all === true) done(null, [{ address, family }]);
    else done(null, address, family);
  };
}

async function readWhole(url: URL, answer: IncomingMessage, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Buffer[] = [];
  let total = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    total += part.length;
    if (total > maxBytes) {
      answer.destroy();
      throw FetchError.of('fetch-too-large', url, `expected at most ${maxBytes} bytes`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function answerOf(answer: IncomingMessage, body: ConstructorParameters<typeof Response>[0]): Response {
  const status = answer.statusCode ?? 0;
  const isBodiless = status === 204 || status === 205 || status === 304;
  if (isBodiless) answer.destroy();
  return new Response(isBodiless ? null : body, { status, headers: headersOf(answer) });
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  return headers;
}
