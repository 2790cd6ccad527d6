import type { FastifyInstance } from 'fastify';
import type { ServerConfig } from '../../config/schema.ts';
import { RequestError } from '../../errors.ts';

/** How often Node looks for connections that are too slow. */
const CHECK_EVERY_MS = 1000;

/** What a path never needs: encoded letters, digits, dots, slashes, backslashes, zero bytes; empty, `.` and `..` segments. */
const DEVIOUS_PATH = /%(?:2[def]|3[0-9]|4[1-9a-f]|5[0-9acf]|6[1-9a-f]|7[0-9ae]|00)|\/\/|\/\.{1,2}(?:\/|$)|[\\;]/i;

/** The hub interface encodes the slashes of revisions and folders. */
const DEVIOUS_HUB_PATH = new RegExp(DEVIOUS_PATH.source.replace('2[def]', '2[de]'), 'i');

/** Options of Node's server that keep one caller from holding on to what all need. */
export function connectionLimits(limits: ServerConfig['limits']) {
  return {
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersSeconds * 1000,
    requestTimeout: limits.requestSeconds * 1000,
    keepAliveTimeout: limits.keepAliveSeconds * 1000,
    connectionsCheckingInterval: CHECK_EVERY_MS,
    requireHostHeader: true,
    insecureHTTPParser: false,
  };
}

/** Bounds how many connections there are, and refuses addresses that are too long or written so that two readers see two paths. */
export function addLimits(app: FastifyInstance, limits: ServerConfig['limits']): void {
  app.server.maxConnections = limits.maxConnections;
  app.server.maxRequestsPerSocket = limits.maxRequestsPerConnection;
  app.server.headersTimeout = limits.headersSeconds * 1000;
  app.addHook('onRequest', async ({ raw, routeOptions }) => {
    const devious = routeOptions.config.isHub === true ? DEVIOUS_HUB_PATH : DEVIOUS_PATH;
    const address = raw.url ?? '';
    if (address.length > limits.maxAddressBytes) {
      throw RequestError.of('address-too-long', `expected at most ${limits.maxAddressBytes} bytes`);
    }
    const [path = ''] = address.split('?');
    if (!path.startsWith('/') || devious.test(path)) throw RequestError.of('malformed-path');
    // The router would take it for a parameter that is empty.
    if (path.endsWith('/') && path !== '/' && routeOptions.config.isOci !== true) throw RequestError.of('not-found');
  });
}
