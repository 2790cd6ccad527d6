import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authenticator } from '../../authenticate.ts';
import { RequestError } from '../../errors.ts';
import type { Place } from '../../place.ts';
import { stranger, type Visit } from '../../visit.ts';
import { credentialsOf } from './credentials.ts';

const MAX_AGENT_CHARACTERS = 200;
const MAX_PURPOSE_CHARACTERS = 120;

/** Begins what is known about a request: the network it came from, what it says of itself. */
export function addVisits(app: FastifyInstance): void {
  app.decorateRequest('visit');
  app.addHook('onRequest', async (request) => {
    const caller = stranger({
      address: request.ip,
      agent: plainHeader(request, 'user-agent', MAX_AGENT_CHARACTERS) ?? '',
      purpose: plainHeader(request, 'x-purpose', MAX_PURPOSE_CHARACTERS),
      requestId: request.id,
    });
    request.visit = { startedAtMs: performance.now(), caller, sessionToken: null, csrfToken: null, basic: null };
  });
}

/** A header without control characters, cut to size; null where it was not sent. */
function plainHeader(request: FastifyRequest, name: string, maxCharacters: number): string | null {
  const value = request.headers[name];
  if (typeof value !== 'string') return null;
  const plain = value.replaceAll(/\p{C}/gu, '').trim().slice(0, maxCharacters);
  return plain === '' ? null : plain;
}

/** Finds out who makes each request of a route, before its body is read. A credential that is not good makes nobody of the caller. */
export function addAuthentication(app: FastifyInstance, place: Place, authenticator: Authenticator): void {
  app.addHook('onRequest', async (request) => {
    const route = request.routeOptions.config.contract;
    if (route === undefined) return;
    const { visit } = request;
    const shown = credentialsOf(request, place.cookie.name);
    if (shown.basic !== null && route.takesForm !== true) throw RequestError.of('unauthenticated');
    visit.sessionToken = shown.session;
    visit.basic = shown.basic;
    if (shown.session !== null) await enterSession(authenticator, shown.session, visit);
    if (shown.bearer !== null) await enterBearer(authenticator, shown.bearer, visit);
  });
}

/** Whether the session, key or token of a request holds at this moment, for the same caller. */
export function credentialCheck(authenticator: Authenticator, place: Place) {
  return async (request: FastifyRequest): Promise<boolean> => {
    const { session, bearer } = credentialsOf(request, place.cookie.name);
    const { caller } = request.visit;
    const known = await (session === null
      ? authenticator.resolveBearer(bearer ?? '', caller).catch(() => undefined)
      : authenticator.resolveSession(session, { ...caller, isUnattended: true }));
    return known?.principal?.id !== undefined && known.principal.id === caller.principal?.id;
  };
}

async function enterSession(authenticator: Authenticator, token: string, visit: Visit): Promise<void> {
  const found = await authenticator.resolveSession(token, visit.caller);
  if (found === null) return;
  const { csrfToken, ...known } = found;
  visit.csrfToken = csrfToken;
  visit.caller = { ...visit.caller, ...known };
}

async function enterBearer(authenticator: Authenticator, secret: string, visit: Visit): Promise<void> {
  const known = await authenticator.resolveBearer(secret, visit.caller);
  if (known !== undefined) visit.caller = { ...visit.caller, ...known };
}
