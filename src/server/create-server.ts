import { type FastifyInstance, type FastifyServerOptions, fastify } from 'fastify';
import type { Route } from '../contract/route.ts';
import { routes } from '../contract/routes/index.ts';
import { newId } from '../store/new-id.ts';
import { answerRoute, type RouteContext, checkAddressed } from './answer-route.ts';
import type { Authenticator } from './authenticate.ts';
import { checkCaller } from './authorize.ts';
import type { ServerConfig } from './config/schema.ts';
import { addBodies } from './plugins/body/index.ts';
import { addConsole } from './plugins/console/index.ts';
import { addCsrfCheck } from './plugins/csrf/index.ts';
import { addDocuments } from './plugins/documents/index.ts';
import { addHeaders } from './plugins/headers/index.ts';
import { addHub } from './plugins/hub/index.ts';
import { addHostCheck } from './plugins/host/index.ts';
import { addAuthentication, addVisits, credentialCheck } from './plugins/identity/index.ts';
import { addLimits, connectionLimits } from './plugins/limits/index.ts';
import { addRequestLog } from './plugins/log/index.ts';
import type { ServerLog } from './plugins/log/server-log.ts';
import { addMetrics, type Metrics } from './plugins/metrics/index.ts';
import { addProblems, answerConnectionError, frameworkErrors } from './plugins/problem/index.ts';
import { addAddressRates, addPrincipalRates } from './plugins/rate-limits/index.ts';
import type { Place } from './place.ts';
import { refusalRecorder } from './record-refusal.ts';
import type { AnyBinding } from './routes/bind.ts';
import type { Services } from './services.ts';
import { methodsByPath } from './methods-by-path.ts';
import { addStopping } from './stopping.ts';

/** A day. */
const MAX_STREAM_MS = 86_400_000;

export interface ServerOptions {
  readonly config: ServerConfig;
  readonly place: Place;
  readonly authenticator: Authenticator;
  readonly bindings: readonly AnyBinding[];
  readonly log: ServerLog;
  readonly metrics: Metrics;
  /** The built console; nothing is served where it is absent. */
  readonly consoleFolder?: string;
  readonly tls?: TlsFiles;
  /** An answer with more than the contract says is an error instead of being cut to it: for tests. */
  readonly isStrict?: boolean;
}

/** PEM of what the server shows, and of whom it accepts callers from. */
export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca?: Buffer;
}

/** The server with all its routes, ready to listen. Everything it needs is passed in. */
export function createServer(services: Services, options: ServerOptions): FastifyInstance {
  const { config, log, place } = options;
  const app = fastify(frameworkOptions(options));
  const methodsAt = methodsByPath(app);
  addProblems(app, { place, log, methodsAt });
  addVisits(app);
  addHeaders(app, place);
  addRequestLog(app, log);
  addMetrics(app, options.metrics);
  addStopping(app, services.events);
  addLimits(app, config.limits);
  addHostCheck(app, place);
  addBodies(app, config.limits);
  addAddressRates(app, services.counters, config.limits);
  addAuthentication(app, place, options.authenticator);
  addCsrfCheck(app, place);
  addPrincipalRates(app, services.counters, config.limits);
  const stillHolds = credentialCheck(options.authenticator, place);
  const rules = { authorizer: services.authorizer, refused: refusalRecorder(services.store, services.counters) };
  addRoutes(app, options.bindings, {
    services,
    rules,
    cookie: place.cookie,
    stillHolds,
    isStrict: options.isStrict === true,
    maxBodyBytes: config.limits.maxBodyBytes,
  });
  addHub(app, { services, place, log, rules, stillHolds, maxStreamMs: MAX_STREAM_MS });
  addDocuments(app, services.facts.version);
  if (options.consoleFolder !== undefined) addConsole(app, options.consoleFolder);
  return app;
}

function frameworkOptions({ config, log, place, tls }: ServerOptions): FastifyServerOptions {
  const { limits, listen } = config;
  const connections = connectionLimits(limits);
  return {
    // Fastify's own lines show addresses and errors as they are.
    logger: false,
    genReqId: () => newId('request'),
    requestIdHeader: false,
    trustProxy: listen.behindProxy === undefined ? false : listen.behindProxy.trustedNetworks,
    bodyLimit: limits.maxBodyBytes,
    requestTimeout: limits.requestSeconds * 1000,
    handlerTimeout: limits.answerSeconds * 1000,
    keepAliveTimeout: limits.keepAliveSeconds * 1000,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: true,
    routerOptions: {
      maxParamLength: limits.maxParameterCharacters,
      caseSensitive: true,
      ignoreTrailingSlash: false,
      ignoreDuplicateSlashes: false,
      // Read where it is parsed, so that what is wrong with it is told as everything else is.
      querystringParser: () => ({}),
    },
    frameworkErrors: frameworkErrors({ place, log }),
    clientErrorHandler: answerConnectionError(place, log),
    ...(tls === undefined ? { http: connections } : { https: { ...connections, ...tlsOptions(tls) } }),
  };
}

const tlsOptions = ({ ca, ...shown }: TlsFiles) => ({
  ...shown,
  minVersion: 'TLSv1.2' as const,
  ...(ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: true }),
});

interface Routing extends RouteContext {
  readonly maxBodyBytes: number;
}

/** Adds each route of the contract that something is bound to. */
function addRoutes(app: FastifyInstance, bindings: readonly AnyBinding[], context: Routing): void {
  const byId = new Map(bindings.map((binding) => [binding.id, binding]));
  if (byId.size < bindings.length) throw new Error('a route is bound twice');
  for (const route of routes as readonly Route[]) {
    const binding = byId.get(route.id as AnyBinding['id']);
    if (binding !== undefined) addRoute(app, { route, binding, context });
  }
}

interface Bound {
  readonly route: Route;
  readonly binding: AnyBinding;
  readonly context: Routing;
}

function addRoute(app: FastifyInstance, { route, binding, context }: Bound): void {
  app.route({
    method: route.method,
    url: route.path,
    config: { contract: route },
    bodyLimit: route.maxBodyBytes ?? context.maxBodyBytes,
    // What is streamed may take as long as it takes: its reader is watched instead.
    ...(route.produces === undefined ? {} : { handlerTimeout: MAX_STREAM_MS }),
    exposeHeadRoute: route.produces !== 'text/event-stream' && route.method === 'GET',
    onRequest: async (request) => {
      const { caller } = request.visit;
      checkCaller(route, caller);
      await checkAddressed(route, request, context);
    },
    handler: answerRoute(route, binding, context),
  });
}
