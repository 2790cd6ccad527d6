import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CodedError } from '../../../bytes/errors.ts';
import { OAuthError } from '../../../access/services/oauth-error.ts';
import { newId } from '../../../store/new-id.ts';
import { RequestError } from '../../errors.ts';
import type { Place } from '../../place.ts';
import { headersOfAll } from '../headers/index.ts';
import type { ServerLog } from '../log/server-log.ts';
import { connectionError, FIRST_SERVER_FAULT, problemOf, shownError } from './problem-of.ts';

const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

interface ProblemOptions {
  readonly place: Place;
  readonly log: ServerLog;
  /** Methods that the path of an address takes; empty: there is no such path. */
  readonly methodsAt: (path: string) => readonly string[];
}

/** Answers everything that goes wrong in one shape (RFC 9457). */
export function addProblems(app: FastifyInstance, options: ProblemOptions): void {
  app.setErrorHandler((error, request, reply) => sendProblem(error, { request, reply, options }));
  app.setNotFoundHandler((request, reply) =>
    sendProblem(missing(request, options.methodsAt), { request, reply, options }),
  );
}

/** For errors that Fastify finds before its routes are asked: an address that cannot be decoded. */
export function frameworkErrors(options: Pick<ProblemOptions, 'place' | 'log'>) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    // No hook has run yet.
    reply.headers({ ...headersOfAll(options.place) });
    sendProblem(error, { request, reply, options });
  };
}

interface Sending {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly options: Pick<ProblemOptions, 'place' | 'log'>;
}

function sendProblem(error: unknown, { request, reply, options }: Sending): FastifyReply {
  const shown = shownError(error);
  if (shown.httpStatus >= FIRST_SERVER_FAULT) options.log.fault(request, error);
  if (request.visit !== undefined) request.visit.problemCode = shown.code;
  if (shown instanceof OAuthError) return sendOAuthError(shown, reply);
  const problem = problemOf(shown, { origin: options.place.origin, requestId: request.id });
  return reply
    .code(shown.httpStatus)
    .headers(headersOf(shown, problem.retryAfterSeconds))
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(problem));
}

/** Clients of OAuth know no other shape (RFC 6749 section 5.2). */
function sendOAuthError(error: OAuthError, reply: FastifyReply): FastifyReply {
  return reply
    .code(error.httpStatus)
    .headers({ 'cache-control': 'no-store', ...error.headers })
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(error.answer));
}

function headersOf(error: CodedError, retryAfterSeconds: number | undefined): Readonly<Record<string, string>> {
  const allow = error instanceof RequestError ? error.extras.allow : undefined;
  return {
    'cache-control': 'no-store',
    ...(allow === undefined ? {} : { allow: allow.join(', ') }),
    ...(error.httpStatus === 401 ? { 'www-authenticate': 'Bearer realm="vouchsafe"' } : {}),
    ...(error.httpStatus === 415 ? { accept: 'application/json' } : {}),
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfterSeconds))) }),
  };
}

function missing(request: FastifyRequest, methodsAt: ProblemOptions['methodsAt']): RequestError {
  const [path = ''] = request.url.split('?');
  const allow = methodsAt(path);
  if (allow.length === 0) return RequestError.of('not-found');
  return RequestError.of('method-not-allowed', `expected ${allow.join(' or ')}`, { allow });
}

/** Answers what Node could not read as a request, and closes the connection: what follows in it cannot be trusted. */
export function answerConnectionError(place: Place, log: ServerLog) {
  return (error: NodeJS.ErrnoException, socket: Duplex): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const shown = connectionError(error);
    const requestId = newId('request');
    log.refusedConnection(requestId, shown.code);
    const body = JSON.stringify(problemOf(shown, { origin: place.origin, requestId }));
    socket.end(
      [
        `HTTP/1.1 ${shown.httpStatus} ${shown.code}`,
        `content-type: ${PROBLEM_TYPE}`,
        `content-length: ${Buffer.byteLength(body)}`,
        'cache-control: no-store',
        'x-content-type-options: nosniff',
        'connection: close',
        '',
        body,
      ].join('\r\n'),
    );
  };
}
