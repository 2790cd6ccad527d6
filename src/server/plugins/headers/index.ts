import type { FastifyInstance } from 'fastify';
import type { Place } from '../../place.ts';

const HSTS = 'max-age=31536000';

/** Features of browsers that no page of this server uses, besides passkeys. */
const PERMISSIONS = [
  'publickey-credentials-create=(self)',
  'publickey-credentials-get=(self)',
  'clipboard-write=(self)',
  ...[
    'accelerometer',
    'browsing-topics',
    'camera',
    'display-capture',
    'geolocation',
    'gyroscope',
    'microphone',
    'midi',
    'payment',
    'serial',
    'usb',
  ].map((feature) => `${feature}=()`),
].join(', ');

/** Nothing at all: what an answer that is no page needs. Pages set their own. */
const dataPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

const always: Readonly<Record<string, string>> = {
  'content-security-policy': dataPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
  'origin-agent-cluster': '?1',
  'permissions-policy': PERMISSIONS,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Headers that every answer has, errors included; a route may say otherwise about policy and caching. */
export function headersOfAll({ isHttps }: Place): Readonly<Record<string, string>> {
  return isHttps ? { ...always, 'strict-transport-security': HSTS } : always;
}

export function addHeaders(app: FastifyInstance, place: Place): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({ ...headersOfAll(place) });
  });
}
