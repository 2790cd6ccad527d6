import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RequestError } from '../../errors.ts';
import { parseForm } from './parse-form.ts';
import { parseJson } from './parse-json.ts';

const FORM_TYPE = 'application/x-www-form-urlencoded';

/**
 * How bodies are read: JSON everywhere, forms and streams only where a route says so, nothing else; and no body where none is taken. A stream
 * is handed on as it arrives: whoever takes it bounds it.
 */
export function addBodies(app: FastifyInstance, limits: { readonly maxJsonDepth: number }): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) =>
    body.length === 0 ? undefined : parseJson(body, limits.maxJsonDepth),
  );
  app.addContentTypeParser(FORM_TYPE, { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    if (request.routeOptions.config.contract?.takesForm !== true) throw RequestError.of('unsupported-media-type');
    return parseForm(body.toString('utf8'), 'body');
  });
  app.addContentTypeParser('application/octet-stream', async (request: FastifyRequest, content: IncomingMessage) => {
    if (request.routeOptions.config.contract?.takes !== 'application/octet-stream') {
      throw RequestError.of('unsupported-media-type');
    }
    return content;
  });
  app.addHook('onRequest', async (request) => {
    const isBodiless = request.method === 'GET' || request.method === 'HEAD';
    if (isBodiless && announcesBody(request)) throw RequestError.of('unexpected-body');
  });
}

function announcesBody({ headers }: FastifyRequest): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}
