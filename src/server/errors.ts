import { CodedError, type Detail, type ErrorRow, titledRow } from '../bytes/errors.ts';

interface RowOptions {
  readonly hint?: string;
  readonly httpStatus: number;
}

const row = (title: string, { hint, httpStatus }: RowOptions): ErrorRow<Detail> =>
  titledRow(title, { httpStatus, exitCode: 1, hint });

/** Why a request is not answered, whatever it asks for. Codes are stable: clients and tests rely on them. */
const requestErrors = {
  'malformed-request': row('the request is not valid HTTP', { httpStatus: 400 }),
  'malformed-json': row('the body is not valid JSON', {
    httpStatus: 400,
    hint: 'send one JSON value in UTF-8, without names that occur twice',
  }),
  'malformed-path': row('the address is not valid', {
    httpStatus: 400,
    hint: 'write the path as the documentation does: nothing percent-encoded that need not be',
  }),
  'invalid-request': row('the request is not what this route takes', {
    httpStatus: 400,
    hint: 'errors lists each place; /api/docs describes the route',
  }),
  'unexpected-body': row('this route takes no body', { httpStatus: 400, hint: 'send it without a body' }),
  'ambiguous-credentials': row('more than one credential was sent', {
    httpStatus: 400,
    hint: 'send either the cookie of a session or an authorization header, never both, and each once',
  }),
  unauthenticated: row('sign in first', {
    httpStatus: 401,
    hint: 'sign in, or send a valid key or token as authorization: Bearer',
  }),
  'csrf-refused': row('the request does not come from the console', {
    httpStatus: 403,
    hint: 'reload the console and try again; programs use a key instead of the cookie of a session',
  }),
  'cross-site': row('another site made the browser send this', {
    httpStatus: 403,
    hint: 'open the address directly',
  }),
  forbidden: row('not allowed', {
    httpStatus: 403,
    hint: 'ask an administrator for a grant that allows it; the instance finds this decision in the ledger',
  }),
  'step-up-required': row('prove once more who you are', {
    httpStatus: 403,
    hint: 'use a passkey with user verification, then repeat the request',
  }),
  'second-factor-required': row('a second factor is needed', {
    httpStatus: 403,
    hint: 'sign in with a passkey, or with a password and a code',
  }),
  'purpose-required': row('say what it is for', {
    httpStatus: 403,
    hint: 'name a purpose that the grant allows in the header x-purpose',
  }),
  'enrolment-required': row('a strong factor must be enrolled first', {
    httpStatus: 403,
    hint: 'add a passkey or an authenticator app to the account',
  }),
  'session-required': row('only a person who is signed in may do this', {
    httpStatus: 403,
    hint: 'sign in to the console; keys and tokens cannot do it',
  }),
  'not-found': row('there is nothing here', { httpStatus: 404, hint: '/api/docs lists every route' }),
  'method-not-allowed': row('this route does not take that method', {
    httpStatus: 405,
    hint: 'the header allow names those that it takes',
  }),
  'request-timeout': row('the request took too long to arrive', { httpStatus: 408, hint: 'send it again, at once' }),
  'body-too-large': row('the body is too large', {
    httpStatus: 413,
    hint: 'send less at once, or raise limits.maxBodyBytes in the configuration',
  }),
  'address-too-long': row('the address is too long', { httpStatus: 414 }),
  'unsupported-media-type': row('the body is of a kind that this route does not take', {
    httpStatus: 415,
    hint: 'send content-type: application/json',
  }),
  'wrong-host': row('this server does not go by that name', {
    httpStatus: 421,
    hint: 'use the address of the server; origin in the configuration sets it',
  }),
  'rate-limited': row('too many requests', { httpStatus: 429, hint: 'wait as long as retry-after says' }),
  'headers-too-large': row('the headers are too large', { httpStatus: 431 }),
  internal: row('the server failed', {
    httpStatus: 500,
    hint: 'whoever runs the server finds the cause in its log under the instance',
  }),
  unavailable: row('the server cannot do this now', { httpStatus: 503, hint: 'try again in a moment' }),
  stopping: row('the server is stopping', { httpStatus: 503, hint: 'try again in a moment' }),
  'answer-timeout': row('the answer took too long', { httpStatus: 503, hint: 'ask for less at once, or try again' }),
} as const satisfies Readonly<Record<string, ErrorRow<Detail>>>;

export type RequestErrorCode = keyof typeof requestErrors;

/** What a problem says besides its code: where in the request, which policies, how long to wait. */
export interface ProblemExtras {
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  readonly policies?: readonly string[];
  readonly retryAfterSeconds?: number;
  /** Methods that a path takes. */
  readonly allow?: readonly string[];
}

/** A request that is refused by the server itself, before or after the capability behind the route had its say. */
export class RequestError extends CodedError {
  declare readonly code: RequestErrorCode;
  extras: ProblemExtras = {};

  static of(code: RequestErrorCode, detail = '', extras: ProblemExtras = {}): RequestError {
    const error = new RequestError(code, requestErrors[code], { detail });
    error.extras = extras;
    return error;
  }
}

export const requestErrorRows: Readonly<Record<RequestErrorCode, ErrorRow<Detail>>> = requestErrors;
