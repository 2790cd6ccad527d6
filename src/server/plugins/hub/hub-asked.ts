import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HubCall } from '../../../registry/hub/open-repository.ts';

/** One request of the hub interface, by somebody who has shown who he is. */
export interface HubAsked {
  readonly call: HubCall;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Scheme and host under which the client asked. */
  readonly origin: string;
  /** Whether the credential still holds, for an answer that goes on for long. */
  readonly stillHolds: () => Promise<boolean>;
}

export function sendJson(reply: FastifyReply, answer: unknown): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer));
}

/** A page of a list; where there is more, the header says at which address. */
export function sendPage(
  { request, reply, origin }: HubAsked,
  { items, next }: { readonly items: readonly unknown[]; readonly next: string | null },
): FastifyReply {
  if (next !== null) {
    const url = new URL(request.url, origin);
    url.searchParams.set('cursor', next);
    reply.header('link', `<${url.href}>; rel="next"`);
  }
  return sendJson(reply, items);
}

/** What follows a place in the path of the address, as it was sent. */
export function restOf({ url }: FastifyRequest, before: string): string {
  const [path = ''] = url.split('?', 1);
  return path.slice(before.length);
}
