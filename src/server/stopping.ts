import type { FastifyInstance } from 'fastify';
import { RequestError } from './errors.ts';

/** Once the server stops, connections that are open are told so, and end. */
export function addStopping(app: FastifyInstance): void {
  let isStopping = false;
  app.addHook('preClose', async () => {
    isStopping = true;
  });
  app.addHook('onRequest', async (_request, reply) => {
    if (!isStopping) return;
    reply.header('connection', 'close');
    throw RequestError.of('stopping');
  });
}
