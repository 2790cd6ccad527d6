import { CodedError } from '../../../bytes/errors.ts';
import type { Problem } from '../../../contract/problem.ts';
import { RequestError, type RequestErrorCode } from '../../errors.ts';

/** Codes of Fastify for what it refuses itself. Whatever is not here is a fault of the server. */
const frameworkCodes: Readonly<Record<string, RequestErrorCode>> = {
  FST_ERR_BAD_URL: 'malformed-path',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed-request',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_HANDLER_TIMEOUT: 'answer-timeout',
  FST_ERR_MAX_PARAM_LENGTH: 'address-too-long',
};

/** What Node says about a request that never became one. */
const connectionCodes: Readonly<Record<string, RequestErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
  HPE_HEADER_OVERFLOW: 'headers-too-large',
};

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/** Any throw as an error that may be shown: what nobody foresaw becomes `internal`, without a word of what it was. */
export function shownError(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  const known = frameworkCodes[codeOf(error)];
  return RequestError.of(known ?? 'internal');
}

/** Why a connection was refused before there was a request. */
export function connectionError(error: unknown): RequestError {
  return RequestError.of(connectionCodes[codeOf(error)] ?? 'malformed-request');
}

/** Statuses from here on are the server's fault. */
export const FIRST_SERVER_FAULT = 500;

const titleOf = (code: string): string => (code.charAt(0).toUpperCase() + code.slice(1)).replaceAll('-', ' ');

/** An error as RFC 9457 has it. `type` leads to a page of this server that explains the code. */
export function problemOf(
  error: CodedError,
  options: { readonly origin: string; readonly requestId: string },
): Problem {
  const extras = error instanceof RequestError ? error.extras : {};
  const isOwn = error instanceof RequestError || error.httpStatus < FIRST_SERVER_FAULT;
  const retryAfterSeconds = extras.retryAfterSeconds ?? error.data['retryAfterSeconds'];
  return {
    type: `${options.origin}/problems/${error.code}`,
    title: titleOf(error.code),
    status: error.httpStatus,
    // What a capability says of its own failure is for the log: it names tables and files.
    detail: isOwn ? error.message : 'the server could not do it',
    code: error.code,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    instance: options.requestId,
    ...(extras.errors === undefined ? {} : { errors: [...extras.errors] }),
    ...(extras.policies === undefined ? {} : { policies: [...extras.policies] }),
    ...(typeof retryAfterSeconds === 'number' ? { retryAfterSeconds } : {}),
  };
}
