import type { FastifyReply } from 'fastify';

/**
 * Aborted when the answer is out, or whoever asked goes away before that. The signal that Fastify has is of the request, which is closed as soon
 * as its body was read.
 */
export function untilClosed({ raw }: FastifyReply): AbortSignal {
  const closing = new AbortController();
  if (raw.closed || raw.destroyed) closing.abort();
  else raw.once('close', () => closing.abort());
  return closing.signal;
}
