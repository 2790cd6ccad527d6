import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RequestError } from '../../errors.ts';
import type { Place } from '../../place.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD']);

/**
 * Keeps other sites from using the session of a visitor. Besides `SameSite=Strict` of the cookie: where the browser says that another
 * site sends the request (Sec-Fetch-Site, Origin), it is refused; and what changes something with a session must repeat the token that
 * only a page of this server can have read. Requests with a key or token need none: no browser adds these by itself.
 */
export function addCsrfCheck(app: FastifyInstance, place: Place): void {
  app.addHook('onRequest', async (request) => {
    const route = request.routeOptions.config.contract;
    if (route === undefined) return;
    const isSafe = SAFE_METHODS.has(request.method);
    checkSite(request, { origin: place.origin, isSafe });
    if (isSafe || request.visit.sessionToken === null) return;
    if (!saysWhereFrom(request)) throw RequestError.of('csrf-refused', 'expected the header origin or sec-fetch-site');
    if (route.access.kind !== 'public') checkToken(request);
  });
}

function checkSite({ headers }: FastifyRequest, options: { readonly origin: string; readonly isSafe: boolean }): void {
  const site = headers['sec-fetch-site'];
  const isNavigation = options.isSafe && headers['sec-fetch-mode'] === 'navigate';
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isNavigation)
    throw RequestError.of('cross-site');
  const isForeign = headers.origin !== undefined && headers.origin !== options.origin;
  if (isForeign) throw RequestError.of('cross-site');
}

const saysWhereFrom = ({ headers }: FastifyRequest): boolean =>
  headers.origin !== undefined || headers['sec-fetch-site'] === 'same-origin';

function checkToken({ headers, visit }: FastifyRequest): void {
  // Without a session behind the cookie nobody is signed in, and that is what the answer will be.
  if (visit.csrfToken === null) return;
  const sent = headers['x-csrf-token'];
  const expected = Buffer.from(visit.csrfToken);
  const found = Buffer.from(typeof sent === 'string' ? sent : '');
  if (found.length !== expected.length || !timingSafeEqual(found, expected)) {
    throw RequestError.of('csrf-refused', 'expected the token of the session in x-csrf-token');
  }
}
