import { isLoopback } from '../node/loopback.ts';
import type { ServerConfig } from './config/schema.ts';

/** Under which addresses the server is met, and what follows from it. */
export interface Place {
  /** Of its pages, such as `https://vouchsafe.example.org`; without a slash at the end. */
  readonly origin: string;
  readonly isHttps: boolean;
  /** What `host` may say, in lower case. */
  readonly hosts: ReadonlySet<string>;
  readonly cookie: CookieStyle;
}

/** How the cookie of a session is called and sent. */
export interface CookieStyle {
  readonly name: string;
  readonly attributes: string;
}

/** Names that lead to the machine itself, whatever a resolver says. */
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The place of a server that listens on `port`. Without `origin` in the configuration it is `localhost`: passkeys need a name, and no
 * address will do (WebAuthn level 3, section 5.1.2).
 */
export function placeOf({ listen, origin }: Pick<ServerConfig, 'listen' | 'origin'>, port: number): Place {
  const scheme = listen.tls === undefined ? 'http' : 'https';
  const url = new URL(
    origin ?? `${scheme}://${isLoopback(listen.host) ? 'localhost' : bracketed(listen.host)}:${port}`,
  );
  const isHttps = url.protocol === 'https:';
  return {
    origin: url.origin,
    isHttps,
    hosts: new Set([
      ...hostsOf(url),
      ...(isLoopback(listen.host) ? LOOPBACK_NAMES.map((name) => `${name}:${port}`) : []),
    ]),
    cookie: cookieStyleOf(url),
  };
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** With and without the port, where it is the one that its scheme has anyway. */
function hostsOf({ host, port, protocol }: URL): readonly string[] {
  return port === '' ? [host, `${host}:${protocol === 'https:' ? 443 : 80}`] : [host];
}

/**
 * Over TLS the name has the prefix `__Host-`: a browser then takes the cookie only from this very host, with Secure and for all paths
 * (RFC 6265bis section 4.1.3.2). Without TLS, which is for loopback only, that prefix cannot be had; the name then has the port,
 * because cookies do not keep the ports of a host apart. A server over TLS never reads that name.
 */
function cookieStyleOf({ protocol, port }: URL): CookieStyle {
  const attributes = 'Path=/; HttpOnly; SameSite=Strict';
  if (protocol === 'https:') return { name: '__Host-vouchsafe', attributes: `${attributes}; Secure` };
  return { name: `vouchsafe-${port || '80'}`, attributes };
}
