import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ServiceError } from '../../../access/services/errors.ts';
import { CodedError } from '../../../bytes/errors.ts';
import { HubError } from '../../../registry/hub/errors.ts';
import { RequestError } from '../../errors.ts';
import type { ServerLog } from '../log/server-log.ts';
import { headerText } from '../problem/header-text.ts';
import { FIRST_SERVER_FAULT, problemOf, shownError } from '../problem/problem-of.ts';

/** Answers what goes wrong in the shape that clients of the hub print: an error code and a message in headers, the message in JSON. */
export function addHubProblems(
  app: FastifyInstance,
  options: { readonly log: ServerLog; readonly origin: string },
): void {
  app.setErrorHandler((error, request, reply) => {
    const shown = hubErrorOf(shownError(error));
    // To wait is no fault.
    if (shown.httpStatus >= FIRST_SERVER_FAULT && !(shown instanceof HubError)) options.log.fault(request, error);
    if (request.visit !== undefined) request.visit.problemCode = shown.code;
    return send(shown, { request, reply, origin: options.origin });
  });
}

/** A credential that is not good is one thing to clients, whatever is wrong with it. */
function hubErrorOf(error: CodedError): CodedError {
  const isCredential =
    error instanceof ServiceError || (error instanceof RequestError && error.code === 'unauthenticated');
  if (!isCredential || error.httpStatus !== 401) return error;
  return HubError.of('hub-credentials', error instanceof ServiceError ? error.message : '');
}

interface Sending {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly origin: string;
}

function send(error: CodedError, { request, reply, origin }: Sending): FastifyReply {
  const problem = problemOf(error, { origin, requestId: request.id });
  const message = error instanceof HubError ? error.message : [problem.detail, problem.hint].filter(Boolean).join('; ');
  return (
    reply
      .code(error.httpStatus)
      .headers(headersOf(error, { message, requestId: request.id, retryAfterSeconds: problem.retryAfterSeconds }))
      .type('application/json; charset=utf-8')
      // As bytes: with text Node would send the headers as UTF-8, which they are already.
      .send(Buffer.from(JSON.stringify({ error: message })))
  );
}

interface Shown {
  readonly message: string;
  readonly requestId: string;
  readonly retryAfterSeconds: number | undefined;
}

function headersOf(
  error: CodedError,
  { message, requestId, retryAfterSeconds }: Shown,
): Readonly<Record<string, string>> {
  const facts = error instanceof HubError ? error.facts : {};
  const name = error instanceof HubError ? error.hubName : undefined;
  const seconds = facts.retryAfterSeconds ?? retryAfterSeconds;
  const isCredential = error instanceof HubError && error.code === 'hub-credentials';
  return {
    ...facts.headers,
    'cache-control': 'no-store',
    'x-error-message': headerText(isCredential ? HubError.of('hub-credentials').message : message),
    'x-request-id': requestId,
    ...(name === undefined ? {} : { 'x-error-code': name }),
    ...(error.httpStatus === 401 ? { 'www-authenticate': 'Bearer realm="vouchsafe"' } : {}),
    ...(error instanceof RequestError && error.extras.allow !== undefined
      ? { allow: error.extras.allow.join(', ') }
      : {}),
    ...(seconds === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(seconds))) }),
  };
}
