import { CodedError, type ErrorRow } from '../../bytes/errors.ts';

interface Detail {
  readonly detail: string;
  readonly retryAfterSeconds?: number;
}

const row = (httpStatus: number): ErrorRow<Detail> => ({ message: (d) => d.detail, exitCode: 1, httpStatus });

/** RFC 6749 section 5.2; `temporarily_unavailable` stands for "too many", for which it has no code. */
const oauthErrors = {
  invalid_request: row(400),
  invalid_client: row(401),
  invalid_scope: row(400),
  unsupported_grant_type: row(400),
  temporarily_unavailable: row(429),
} as const;

export type OAuthErrorCode = keyof typeof oauthErrors;

/** What RFC 6749 allows in a description: printable ASCII without quotes and backslashes. */
const NOT_DESCRIPTION = /[^\x20-\x21\x23-\x5b\x5d-\x7e]/g;

/** A failure of the OAuth endpoints, which have a shape of their own: clients of OAuth know no other. */
export class OAuthError extends CodedError {
  declare readonly code: OAuthErrorCode;

  static of(code: OAuthErrorCode, detail: string, more: { readonly retryAfterSeconds?: number } = {}): OAuthError {
    return new OAuthError(code, oauthErrors[code], { detail, ...more });
  }

  /** The body of the answer, in `application/json`. */
  get answer(): { readonly error: OAuthErrorCode; readonly error_description: string } {
    return { error: this.code, error_description: this.message.replaceAll(NOT_DESCRIPTION, '?') };
  }

  /** Headers of the answer besides `cache-control: no-store`. A refused client is told how to authenticate (RFC 6749 section 5.2). */
  get headers(): Readonly<Record<string, string>> {
    const wait = this.data['retryAfterSeconds'];
    return {
      ...(this.code === 'invalid_client' ? { 'www-authenticate': 'Basic realm="vouchsafe", charset="UTF-8"' } : {}),
      ...(typeof wait === 'number' ? { 'retry-after': String(wait) } : {}),
    };
  }
}
