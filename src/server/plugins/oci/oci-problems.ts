import type { FastifyInstance } from 'fastify';
import type { CodedError } from '../../../bytes/errors.ts';
import { OciError, type SpecCode } from '../../../registry/oci/errors.ts';
import { RequestError } from '../../errors.ts';
import type { ServerLog } from '../log/server-log.ts';
import { headerText } from '../problem/header-text.ts';
import { FIRST_SERVER_FAULT, problemOf, shownError } from '../problem/problem-of.ts';

const specCodes: Readonly<Record<number, SpecCode>> = {
  401: 'UNAUTHORIZED',
  403: 'DENIED',
  404: 'NAME_UNKNOWN',
  429: 'TOOMANYREQUESTS',
};

/** Answers what goes wrong as the distribution specification has it (section "Error Codes"), in words that clients print. */
export function addOciProblems(
  app: FastifyInstance,
  options: { readonly log: ServerLog; readonly origin: string },
): void {
  app.setErrorHandler((error, request, reply) => {
    const shown = shownError(error);
    if (shown.httpStatus >= FIRST_SERVER_FAULT) options.log.fault(request, error);
    if (request.visit !== undefined) request.visit.problemCode = shown.code;
    const problem = problemOf(shown, { origin: options.origin, requestId: request.id });
    const message =
      shown instanceof OciError ? shown.message : [problem.detail, problem.hint].filter(Boolean).join('; ');
    const answer = { code: codeOf(shown), message, detail: { reason: shown.code, requestId: request.id } };
    return reply
      .code(shown.httpStatus)
      .headers(headersOf(shown, { message, isHead: request.method === 'HEAD', seconds: problem.retryAfterSeconds }))
      .type('application/json')
      .send(Buffer.from(JSON.stringify({ errors: [answer] })));
  });
}

/** What is the server's fault has no code in the specification. */
function codeOf(error: CodedError): SpecCode | 'UNKNOWN' {
  if (error instanceof OciError) return error.specCode;
  return specCodes[error.httpStatus] ?? (error.httpStatus >= FIRST_SERVER_FAULT ? 'UNKNOWN' : 'UNSUPPORTED');
}

interface Shown {
  readonly message: string;
  readonly isHead: boolean;
  readonly seconds: number | undefined;
}

function headersOf(error: CodedError, { message, isHead, seconds }: Shown): Readonly<Record<string, string>> {
  const allow = error instanceof OciError && error.code === 'oci-read-only' ? ['GET', 'HEAD'] : allowedBy(error);
  return {
    'cache-control': 'no-store',
    ...(error.httpStatus === 401 ? { 'www-authenticate': 'Basic realm="vouchsafe"' } : {}),
    ...(allow === undefined ? {} : { allow: allow.join(', ') }),
    ...(seconds === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(seconds))) }),
    // Clients ask for the head first, and an answer to that has no other place for words.
    ...(isHead ? { warning: `299 - "${headerText(message).replaceAll(/["\\]/g, String.raw`\$&`)}"` } : {}),
  };
}

const allowedBy = (error: CodedError): readonly string[] | undefined =>
  error instanceof RequestError ? error.extras.allow : undefined;
