import { CodedError, type Detail, type ErrorRow, titledRow } from '../../bytes/errors.ts';

const row = (title: string, httpStatus: number, hint: string): ErrorRow<Detail> =>
  titledRow(title, { httpStatus, exitCode: 1, hint });

/** Why something about a service, a key or a token is refused. Codes are stable: clients and tests rely on them. */
const serviceErrors = {
  'service-unknown': row('no such service', 404, 'GET /api/services lists those that there are'),
  'service-disabled': row(
    'the service is disabled',
    409,
    'enable it first, then issue a new key: its old ones stay ended',
  ),
  'owner-unacceptable': row('not an owner for a service', 422, 'name a person whose account is active'),
  'key-unknown': row('no such key', 404, 'GET /api/services/:serviceId/keys lists those that there are'),
  'key-ended': row('the key cannot be rotated', 409, 'issue a new key'),
  'too-many-keys': row('the service has too many keys', 409, 'revoke keys that are no longer used'),
  'beyond-own-power': row(
    'nobody issues a key that can do more than he can himself',
    403,
    'ask for fewer scopes, or let somebody issue it who may do all of this',
  ),
  // Told to whoever holds the right secret, and to nobody else.
  'credential-revoked': row(
    'the key or token was revoked',
    401,
    'use another key, or ask the owner of the service for one',
  ),
  'credential-expired': row('the key or token has expired', 401, 'get a new token, or rotate keys before they expire'),
  'credential-disabled': row('the service is disabled', 401, 'ask the owner of the service'),
  'credential-network': row(
    'the key is not accepted from this network',
    403,
    'call from a network that the key allows, or issue a key for this one',
  ),
  'too-many-unknown': row(
    'too many unknown keys or tokens from this address',
    429,
    'wait as long as retry-after says, then send a valid one',
  ),
} as const;

export type ServiceErrorCode = keyof typeof serviceErrors;

export class ServiceError extends CodedError {
  declare readonly code: ServiceErrorCode;

  /** `retryAfterSeconds` is for the header `retry-after`. */
  static of(code: ServiceErrorCode, detail: string, more: { readonly retryAfterSeconds?: number } = {}): ServiceError {
    return new ServiceError(code, serviceErrors[code], { detail, ...more });
  }
}

/** For the test that holds the documentation and this table together. */
export const serviceErrorCodes = Object.keys(serviceErrors) as readonly ServiceErrorCode[];
