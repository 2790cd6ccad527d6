import { LedgerError } from '../../ledger/errors.ts';
import { isLoopback } from '../loopback.ts';
import type { Fetch } from './http.ts';

/** What a header may hold of a token (RFC 6750 section 2.1); anything else could begin another header. */
const TOKEN = /^[A-Za-z0-9\-._~+/]{1,4096}=*$/;

/**
 * A fetch that shows a token to one origin, and to no other.
 * @throws LedgerError `unreachable` when it is no token, or would cross a network in clear.
 */
export function bearerFetch(token: string, base: URL, send: Fetch = fetch): Fetch {
  if (!TOKEN.test(token)) throw LedgerError.of('unreachable', 'expected a token of letters, digits and -._~+/=');
  if (base.protocol !== 'https:' && !isLoopback(base.hostname.replace(/^\[(.*)\]$/, '$1'))) {
    throw LedgerError.of('unreachable', 'a token is only sent over https, or to this machine');
  }
  return (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.origin !== base.origin) return send(input, init);
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${token}`);
    return send(input, { ...init, headers });
  };
}
