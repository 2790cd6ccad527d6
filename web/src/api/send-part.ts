import { ProblemError } from '../../../src/contract/client.ts';
import { problemSchema } from '../../../src/contract/problem.ts';
import { csrfHeaders, renewed } from './call.ts';
import { NoAnswer } from './no-answer.ts';

/** Nothing moved for so long: the connection is taken for dead. */
const MAX_STILL_MS = 60_000;

export interface PartToSend {
  readonly versionId: string;
  readonly path: string;
  readonly part: number;
  readonly content: Blob;
  readonly signal: AbortSignal;
  /** Told how many bytes of the part have left. */
  readonly onSent: (bytes: number) => void;
}

/**
 * Sends one part of a file, and says how it gets on, which `fetch` does not.
 * @throws {ProblemError} {NoAnswer} or the reason of the signal
 */
export async function sendPart(part: PartToSend): Promise<void> {
  try {
    await send(part);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'csrf-refused' || !(await renewed())) throw error;
    await send(part);
  }
}

async function send({ versionId, path, part, content, signal, onSent }: PartToSend): Promise<void> {
  const bytes = await content.arrayBuffer();
  const digest = await digestOf(bytes);
  const query = new URLSearchParams({ path, part: String(part), ...(digest === null ? {} : { digest }) });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const request = new XMLHttpRequest();
  const stop = (): void => request.abort();
  const still = stillness(stop);
  request.open('PUT', `/api/registry/versions/${encodeURIComponent(versionId)}/parts?${query.toString()}`);
  request.setRequestHeader('content-type', 'application/octet-stream');
  for (const [name, value] of Object.entries(csrfHeaders())) request.setRequestHeader(name, value);
  request.upload.addEventListener('progress', ({ loaded }) => {
    still.moved();
    onSent(loaded);
  });
  request.addEventListener('load', () => {
    if (request.status >= 200 && request.status < 300) resolve();
    else reject(problemIn(request));
  });
  request.addEventListener('error', () => reject(noAnswer('the connection broke')));
  request.addEventListener('abort', () => reject(signal.aborted ? signal.reason : noAnswer('nothing moved any more')));
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    request.send(bytes);
    await promise;
  } finally {
    still.end();
    signal.removeEventListener('abort', stop);
  }
}

/** The same part again replaces itself, so that it is safe to send it once more. */
const noAnswer = (message: string): NoAnswer => new NoAnswer(message, { mayHaveChanged: false });

function stillness(act: () => void): { readonly moved: () => void; readonly end: () => void } {
  let timer = setTimeout(act, MAX_STILL_MS);
  return {
    moved: () => {
      clearTimeout(timer);
      timer = setTimeout(act, MAX_STILL_MS);
    },
    end: () => clearTimeout(timer),
  };
}

/** Browsers hash on secure addresses only; elsewhere the server hashes what arrives, as it does anyway. */
export async function digestOf(bytes: ArrayBuffer): Promise<string | null> {
  if (!('subtle' in crypto)) return null;
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return `sha256:${Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

function problemIn(request: XMLHttpRequest): Error {
  const parsed = problemSchema.safeParse(jsonOrNull(request.responseText));
  if (parsed.success) return new ProblemError(parsed.data);
  return noAnswer(`status ${request.status} without a word of the server`);
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
