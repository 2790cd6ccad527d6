import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from '../../../access/access.ts';
import type { PrincipalRef } from '../../../contract/types/common.ts';
import type { HubCall } from '../../../registry/hub/open-repository.ts';
import type { Page } from '../../../registry/oci/page.ts';

/** One request of a client of OCI artifacts, by somebody who has shown who he is. */
export interface OciAsked {
  readonly call: HubCall;
  readonly access: Pick<Access, 'decideModels'>;
  readonly principal: PrincipalRef;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly stillHolds: () => Promise<boolean>;
}

type Params = Readonly<Partial<Record<'namespace' | 'name' | 'digest' | 'reference', string>>>;

export const paramsOf = ({ params }: FastifyRequest): Params => params as Params;

export function repositoryIn(request: FastifyRequest): string {
  const { namespace, name = '' } = paramsOf(request);
  return namespace === undefined ? name : `${namespace}/${name}`;
}

export const queryOf = ({ url }: FastifyRequest): URLSearchParams => new URLSearchParams(url.split('?', 2)[1] ?? '');

/** A part of a list; where there is more, the header says at which address. */
export function sendPart({ request, reply }: OciAsked, { next }: Page, answer: unknown): FastifyReply {
  if (next !== null) {
    const query = queryOf(request);
    query.set('last', next);
    reply.header('link', `<${request.url.split('?', 1)[0]}?${query.toString()}>; rel="next"`);
  }
  return reply.type('application/json').send(JSON.stringify(answer));
}
