import type { IncomingMessage } from 'node:http';
import { ReadableStream, type UnderlyingSource } from 'node:stream/web';
import { FetchError } from './errors.ts';

interface StreamLimits {
  readonly maxBytes: number;
  /** Of waiting for what arrives; how long its reader takes does not count. */
  readonly stallMs: number;
  readonly signal: AbortSignal;
}

/** What must arrive while somebody waits as long as a stall may last: so a trickle is no way to hold a reader for ever. */
const LEAST_BYTES = 16_384;

/** The body of an answer while it arrives, bounded in bytes and in the time for which it may stall. Errors of the stream are FetchErrors. */
export function streamAnswer(url: URL, answer: IncomingMessage, limits: StreamLimits): ReadableStream<Uint8Array> {
  const parts = pieces(url, answer, limits);
  // The connection may end before anybody reads.
  answer.on('error', () => undefined);
  const source: UnderlyingSource<Uint8Array> = {
    pull: async (controller) => {
      const { done, value } = await parts.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => {
      answer.destroy();
      await parts.return(undefined);
    },
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}

async function* pieces(url: URL, answer: IncomingMessage, limits: StreamLimits): AsyncGenerator<Uint8Array> {
  const patience = watch(url, answer, limits.stallMs);
  const parts = answer[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let total = 0;
  try {
    for (;;) {
      const { done, value } = await patience.during(parts.next());
      if (done === true) return;
      total += value.length;
      if (total > limits.maxBytes) {
        throw FetchError.of('fetch-too-large', url, `expected at most ${limits.maxBytes} bytes`);
      }
      patience.got(value.length);
      yield value;
    }
  } catch (error) {
    throw asFetchError(url, error, limits.signal);
  } finally {
    answer.destroy();
  }
}

function asFetchError(url: URL, error: unknown, signal: AbortSignal): FetchError {
  if (error instanceof FetchError) return error;
  if (signal.aborted) return FetchError.of('fetch-too-slow', url, 'nobody waits for it any more', error);
  return FetchError.of('fetch-failed', url, 'its answer was cut off', error);
}

interface Patience {
  during<T>(waiting: Promise<T>): Promise<T>;
  got(bytes: number): void;
}

/** Ends an answer for which one has waited too long. */
function watch(url: URL, answer: IncomingMessage, stallMs: number): Patience {
  let waitedMs = 0;
  let bytes = 0;
  return {
    async during(waiting) {
      const began = performance.now();
      const stalled = (): void => {
        answer.destroy(FetchError.of('fetch-too-slow', url, `nothing, or next to nothing, in ${stallMs / 1000} s`));
      };
      const timer = setTimeout(stalled, Math.max(0, stallMs - waitedMs));
      try {
        return await waiting;
      } finally {
        clearTimeout(timer);
        waitedMs += performance.now() - began;
      }
    },
    got(more) {
      bytes += more;
      if (bytes < LEAST_BYTES) return;
      bytes = 0;
      waitedMs = 0;
    },
  };
}
