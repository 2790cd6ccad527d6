import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addressGroup } from '../../../access/address-group.ts';
import type { Counters, Limit } from '../../../store/counters/counters.ts';
import type { ServerConfig } from '../../config/schema.ts';
import { RequestError } from '../../errors.ts';

type Rates = Pick<ServerConfig['limits'], 'perAddress' | 'perPrincipal' | 'signInPerAddress'>;

/** Bounds how often one address asks, and how often it tries to sign in. Counted before anything is looked up for the request. */
export function addAddressRates(app: FastifyInstance, counters: Counters, rates: Rates): void {
  app.addHook('onRequest', async (request) => {
    const route = request.routeOptions.config.contract;
    if (route === undefined || route.id.startsWith('health.')) return;
    const network = addressGroup(request.visit.caller.address);
    await take(counters, `address:${network}`, rates.perAddress);
    if (isSignIn(request)) await take(counters, `sign-in:${network}`, rates.signInPerAddress);
  });
}

/** Bounds how often one person or service asks, from wherever. */
export function addPrincipalRates(app: FastifyInstance, counters: Counters, rates: Rates): void {
  app.addHook('onRequest', async ({ visit }) => {
    if (visit.caller.principal === null) return;
    await take(counters, `principal:${visit.caller.principal.id}`, rates.perPrincipal);
  });
}

/** Whatever anybody may send to prove who he is. */
const isSignIn = ({ method, routeOptions }: FastifyRequest): boolean =>
  method === 'POST' && routeOptions.config.contract?.access.kind === 'public';

async function take(counters: Counters, key: string, limit: Limit): Promise<void> {
  const { allowed, retryAfterSeconds } = await counters.take(`requests:${key}`, limit);
  if (!allowed) throw RequestError.of('rate-limited', '', { retryAfterSeconds });
}
