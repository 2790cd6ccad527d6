import { bearerFault } from '../../node/bearer.ts';
import { readSmallFile } from '../../node/sign/read-small-file.ts';
import { type Client, makeClient } from '../../contract/client.ts';
import { UsageError } from '../usage-error.ts';
import { RemoteError } from './errors.ts';

/** How a server is named, and who asks. */
export interface ServerArguments {
  readonly server?: string | undefined;
  readonly keyFile?: string | undefined;
}

export interface Connection {
  readonly origin: string;
  readonly client: Client;
  /** A request of this server, as whoever asks. Follows no redirect. */
  readonly get: (
    path: string,
    init: { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
  ) => Promise<Response>;
}

/** @throws UsageError, RemoteError `token-missing`, `token-refused`; ReadError when the key file cannot be read. */
export function connect({ server = process.env['VOUCHSAFE_SERVER'], keyFile }: ServerArguments): Connection {
  if (server === undefined || server === '')
    throw UsageError.of('name the server with --server or in VOUCHSAFE_SERVER');
  const url = serverAddress(server);
  const bearer = keyFile === undefined ? process.env['VOUCHSAFE_TOKEN'] : firstLineOf(keyFile);
  if (bearer === undefined || bearer === '') throw RemoteError.of('token-missing');
  const fault = bearerFault(bearer, url);
  if (fault !== null) throw RemoteError.of('token-refused', fault);
  const { origin } = url;
  return {
    origin,
    client: makeClient({ origin, bearer }),
    get: (path, { headers, signal }) =>
      fetch(`${origin}${path}`, {
        redirect: 'error',
        signal,
        headers: { ...headers, authorization: `Bearer ${bearer}` },
      }),
  };
}

function serverAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isHttp = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (
    url === null ||
    !isHttp ||
    url.username !== '' ||
    url.password !== '' ||
    url.pathname !== '/' ||
    url.search !== ''
  ) {
    throw UsageError.of('expected the address of a server, such as https://vouchsafe.example.org');
  }
  return url;
}

const MAX_KEY_FILE_BYTES = 16_384;

function firstLineOf(file: string): string {
  const text = Buffer.from(readSmallFile(file, MAX_KEY_FILE_BYTES)).toString('utf8');
  return text.split(/\r?\n/, 1)[0] ?? '';
}
