import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Route } from '../../../contract/route.ts';
import { routes } from '../../../contract/routes/index.ts';
import { RequestError } from '../../errors.ts';
import { apiPage } from '../../openapi/api-page.ts';
import { openApiDocument } from '../../openapi/document.ts';
import { pagePolicy } from '../../openapi/page.ts';
import { problemCatalogue } from '../../openapi/problem-catalogue.ts';
import { problemPage, problemsPage } from '../../openapi/problem-page.ts';

/** Serves what the server says of its own interface, to anybody: it is the same for all servers of a version. */
export function addDocuments(app: FastifyInstance, version: string): void {
  const document = once(() => JSON.stringify(openApiDocument(routes as readonly Route[], version)));
  const docs = once(() => apiPage(routes as readonly Route[]));
  const problems = once(problemCatalogue);
  app.get('/api/openapi.json', async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(document()),
  );
  app.get('/api/docs', async (_request, reply) => sendPage(reply, docs()));
  app.get('/problems', async (_request, reply) => sendPage(reply, problemsPage(problems().values())));
  app.get<{ Params: { code: string } }>('/problems/:code', async ({ params }, reply) => {
    const kind = problems().get(params.code);
    if (kind === undefined) throw RequestError.of('not-found');
    return sendPage(reply, problemPage(kind));
  });
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

async function sendPage(reply: FastifyReply, content: string): Promise<FastifyReply> {
  return reply.header('content-security-policy', pagePolicy).type('text/html; charset=utf-8').send(content);
}
