import { OAuthError } from './oauth-error.ts';

/** What a request for a token brings: names as RFC 6749 has them. */
export interface TokenRequest {
  readonly grant_type?: string | undefined;
  readonly client_id?: string | undefined;
  readonly client_secret?: string | undefined;
  readonly scope?: string | undefined;
}

export interface ClientCredentials {
  readonly id: string;
  readonly secret: string;
}

/**
 * Identifier and secret, from HTTP Basic or from the body (RFC 6749 section 2.3.1), never from both.
 * @throws OAuthError `invalid_request`, `invalid_client`, `unsupported_grant_type`.
 */
export function clientCredentials(request: TokenRequest, basic: ClientCredentials | null): ClientCredentials {
  if (request.grant_type === undefined) throw OAuthError.of('invalid_request', 'expected a grant_type');
  if (request.grant_type !== 'client_credentials') {
    throw OAuthError.of('unsupported_grant_type', 'expected grant_type client_credentials');
  }
  const { client_id: id, client_secret: secret } = request;
  if (basic !== null) {
    if (secret !== undefined || (id !== undefined && id !== basic.id)) {
      throw OAuthError.of('invalid_request', 'expected the client to authenticate once: by HTTP Basic or in the body');
    }
    return basic;
  }
  if (id === undefined || secret === undefined) {
    throw OAuthError.of('invalid_client', 'expected client_id and client_secret, by HTTP Basic or in the body');
  }
  return { id, secret };
}
