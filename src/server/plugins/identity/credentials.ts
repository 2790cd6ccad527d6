import type { FastifyRequest } from 'fastify';
import { RequestError } from '../../errors.ts';
import { countOf } from '../host/index.ts';

const TOKEN = /^[\w.~+/=-]{1,512}$/;

/** What a request shows of who sends it. At most one of them. */
export interface Credentials {
  readonly session: string | null;
  readonly bearer: string | null;
  /** Of HTTP Basic (RFC 7617), which only the token endpoint takes (RFC 6749 section 2.3.1). What clients of OCI send so is a key. */
  readonly basic: { readonly id: string; readonly secret: string } | null;
}

/**
 * Reads the credentials of a request.
 * @throws {RequestError} `ambiguous-credentials` where there are two; `unauthenticated` for an authorization that nobody could read
 */
export function credentialsOf(request: FastifyRequest, cookieName: string): Credentials {
  const sessions = cookieValues(request.headers.cookie ?? '', cookieName);
  const { authorization } = request.headers;
  const shown = sessions.length + countOf(request, 'authorization');
  if (shown > 1) throw RequestError.of('ambiguous-credentials');
  const [session = null] = sessions;
  const { isHub, isOci } = request.routeOptions.config;
  const decode = isOci === true ? asItIs : decodeURIComponent;
  const read = authorization === undefined ? none : readAuthorization(authorization, decode);
  if (isOci === true && read.basic !== null) return { session, bearer: read.basic.secret, basic: null };
  return { session, ...read, bearer: isHub === true ? plainKey(read.bearer) : read.bearer };
}

/** Some clients of the hub interface refuse to send a key that does not begin with `hf_`. */
const plainKey = (bearer: string | null): string | null => bearer?.replace(/^hf_(?=vs[kt]_)/, '') ?? null;

const none = { bearer: null, basic: null } as const;

function cookieValues(header: string, name: string): readonly string[] {
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
    .filter((value) => TOKEN.test(value));
}

type Decode = (text: string) => string;

/** RFC 7617 has no encoding of its own; that the token endpoint has one is RFC 6749, section 2.3.1. */
const asItIs: Decode = (text) => text;

function readAuthorization(header: string, decode: Decode): Pick<Credentials, 'bearer' | 'basic'> {
  const [scheme = '', value = '', ...rest] = header.split(' ');
  const isReadable = rest.length === 0 && TOKEN.test(value);
  if (isReadable && scheme.toLowerCase() === 'bearer') return { bearer: value, basic: null };
  if (isReadable && scheme.toLowerCase() === 'basic') return { bearer: null, basic: readBasic(value, decode) };
  throw RequestError.of('unauthenticated', 'expected authorization: Bearer and a key or token');
}

function readBasic(encoded: string, decode: Decode): Credentials['basic'] {
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0) throw RequestError.of('unauthenticated');
  try {
    return { id: decode(decoded.slice(0, colon)), secret: decode(decoded.slice(colon + 1)) };
  } catch {
    throw RequestError.of('unauthenticated');
  }
}
