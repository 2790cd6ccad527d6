import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Figures of one server, for Prometheus. Labels take only values that the program knows: never anything that a caller sends. */
export interface Metrics {
  readonly registry: Registry;
  readonly requests: Counter<'route' | 'method' | 'status'>;
  readonly seconds: Histogram<'route'>;
  readonly problems: Counter<'code'>;
  readonly refusedConnections: Counter<'code'>;
  readonly eventStreams: Gauge;
}

export function openMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    requests: new Counter({
      name: 'vouchsafe_http_requests_total',
      help: 'answered requests',
      labelNames: ['route', 'method', 'status'],
      registers,
    }),
    seconds: new Histogram({
      name: 'vouchsafe_http_request_seconds',
      help: 'time from the first byte of a request to the last of its answer',
      labelNames: ['route'],
      buckets: SECONDS,
      registers,
    }),
    problems: new Counter({
      name: 'vouchsafe_problems_total',
      help: 'answered problems, by code',
      labelNames: ['code'],
      registers,
    }),
    refusedConnections: new Counter({
      name: 'vouchsafe_refused_connections_total',
      help: 'what was no request: malformed, too slow, too large',
      labelNames: ['code'],
      registers,
    }),
    eventStreams: new Gauge({ name: 'vouchsafe_event_streams', help: 'open streams of events', registers }),
  };
}

/** Counts each answered request. */
export function addMetrics(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const contract = request.routeOptions.config.contract;
    const route = contract?.id ?? 'other';
    // A method that no route takes could be any word.
    const method = contract === undefined ? 'any' : request.method;
    metrics.requests.inc({ route, method, status: String(reply.statusCode) });
    if (request.visit === undefined) return;
    metrics.seconds.observe({ route }, (performance.now() - request.visit.startedAtMs) / 1000);
    if (request.visit.problemCode !== undefined) metrics.problems.inc({ code: request.visit.problemCode });
  });
}
