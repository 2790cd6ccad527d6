import type { FastifyInstance } from 'fastify';
import type { ServerLog } from './server-log.ts';

/** Logs each answered request in one line. */
export function addRequestLog(app: FastifyInstance, log: ServerLog): void {
  app.addHook('onResponse', async (request, reply) => {
    if (request.visit !== undefined) log.answered(request, reply);
  });
}
