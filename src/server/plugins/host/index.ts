import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RequestError } from '../../errors.ts';
import type { Place } from '../../place.ts';

/**
 * Answers only to the names that the server goes by. A page whose name was made to lead here (DNS rebinding) is refused, and no
 * answer, link or log depends on what a caller claims in `host`. Probes of health go by address, so these answer to any name.
 */
export function addHostCheck(app: FastifyInstance, place: Place): void {
  app.addHook('onRequest', async (request) => {
    const host = request.headers.host?.toLowerCase() ?? '';
    if (isProbe(request)) return;
    if (countOf(request, 'host') !== 1 || !place.hosts.has(host)) throw RequestError.of('wrong-host');
  });
}

const isProbe = (request: FastifyRequest): boolean =>
  request.routeOptions.config.contract?.id.startsWith('health.') === true;

/** How often a header was sent; of some, Node shows only the first. */
export function countOf(request: FastifyRequest, name: string): number {
  const { rawHeaders } = request.raw;
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at]?.toLowerCase() === name) count++;
  return count;
}
