import type { FastifyInstance } from 'fastify';
import type { EventStreams } from './plugins/events/event-streams.ts';
import { RequestError } from './errors.ts';

/** Once the server stops, streams of events end, and connections that are open are told so. */
export function addStopping(app: FastifyInstance, events: Pick<EventStreams, 'close'>): void {
  let isStopping = false;
  app.addHook('preClose', async () => {
    isStopping = true;
    events.close();
  });
  app.addHook('onRequest', async (_request, reply) => {
    if (!isStopping) return;
    reply.header('connection', 'close');
    throw RequestError.of('stopping');
  });
}
