import { isLoopback } from './loopback.ts';

/** What a header may hold of a token (RFC 6750 section 2.1); anything else could begin another header. */
const TOKEN = /^[A-Za-z0-9\-._~+/]{1,4096}=*$/;

/** Why a token is not shown to an address: it is none, or would cross a network in clear. Null where nothing speaks against it. */
export function bearerFault(token: string, to: URL): string | null {
  if (!TOKEN.test(token)) return 'expected a token of letters, digits and -._~+/=';
  if (to.protocol === 'https:' || isLoopback(to.hostname.replace(/^\[(.*)\]$/, '$1'))) return null;
  return 'a token is only sent over https, or to this machine';
}
