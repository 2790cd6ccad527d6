import type { FastifyInstance, FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import type { Counters, Limit } from '../../../store/counters/counters.ts';
import type { ServerConfig } from '../../config/schema.ts';
import { RequestError } from '../../errors.ts';

const V6_NETWORK_BYTES = 8;

type Rates = Pick<ServerConfig['limits'], 'perAddress' | 'perPrincipal' | 'signInPerAddress'>;

/** Bounds how often one address asks, and how often it tries to sign in. Counted before anything is looked up for the request. */
export function addAddressRates(app: FastifyInstance, counters: Counters, rates: Rates): void {
  app.addHook('onRequest', async (request) => {
    const route = request.routeOptions.config.contract;
    if (route === undefined || route.id.startsWith('health.')) return;
    const network = networkOf(request.visit.caller.address);
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

/** One caller has many addresses of version 6: his network (/64) counts as one. */
function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return parsed
    .toByteArray()
    .slice(0, V6_NETWORK_BYTES)
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

async function take(counters: Counters, key: string, limit: Limit): Promise<void> {
  const { allowed, retryAfterSeconds } = await counters.take(`requests:${key}`, limit);
  if (!allowed) throw RequestError.of('rate-limited', '', { retryAfterSeconds });
}
