import { LedgerError } from '../../ledger/errors.ts';
import { bearerFault } from '../bearer.ts';
import type { Fetch } from './http.ts';

/**
 * A fetch that shows a token to one origin, and to no other.
 * @throws LedgerError `unreachable` when it is no token, or would cross a network in clear.
 */
export function bearerFetch(token: string, base: URL, send: Fetch = fetch): Fetch {
  const fault = bearerFault(token, base);
  if (fault !== null) throw LedgerError.of('unreachable', fault);
  return (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.origin !== base.origin) return send(input, init);
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${token}`);
    return send(input, { ...init, headers });
  };
}
