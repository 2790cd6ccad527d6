import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RequestError } from '../../errors.ts';
import { parseForm } from './parse-form.ts';
import { parseJson } from './parse-json.ts';

const FORM_TYPE = 'application/x-www-form-urlencoded';

/** How bodies are read: JSON everywhere, forms only where a route says so, nothing else; and no body where none is taken. */
export function addBodies(app: FastifyInstance, limits: { readonly maxJsonDepth: number }): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) =>
    body.length === 0 ? undefined : parseJson(body, limits.maxJsonDepth),
  );
  app.addContentTypeParser(FORM_TYPE, { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    if (request.routeOptions.config.contract?.takesForm !== true) throw RequestError.of('unsupported-media-type');
    return parseForm(body.toString('utf8'), 'body');
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
