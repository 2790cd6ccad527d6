import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { reasonOf } from '../../node/reason.ts';
import { withBlobPaths } from '../../store/blobs/config.ts';
import { withCounterPaths } from '../../store/counters/config.ts';
import { isLoopback } from '../../node/loopback.ts';
import { StartError } from './errors.ts';
import { parseConfig } from './parse-config.ts';
import type { ServerConfig, ServerConfigInput } from './schema.ts';
import type { SecretReference } from './secret.ts';

/** What the command line of `vouchsafe serve` may say. */
export interface ServeFlags {
  readonly config?: string;
  readonly data?: string;
  readonly host?: string;
  readonly port?: number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsClientCa?: string;
  readonly behindProxy?: boolean;
  readonly origin?: string;
  readonly acceptRestoredLedger?: boolean;
  readonly logLevel?: ServerConfig['log']['level'];
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The configuration of a server: the file, over it the variables VOUCHSAFE_…, over these the flags. Paths in the file are relative to it.
 * @throws StartError `config-unreadable`, `config-invalid`, `listen-insecure`, `origin-insecure`
 */
export function loadConfig(flags: ServeFlags, environment: Environment): ServerConfig {
  const file = flags.config ?? environment['VOUCHSAFE_CONFIG'];
  const text = file === undefined ? '' : read(file);
  const config = parseConfig(text, file ?? 'command line', laidOver(flags, environment));
  checkListening(config);
  return withPaths(config, file === undefined ? '.' : dirname(file));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw StartError.of('config-unreadable', `${file}: ${reasonOf(error)}`, error);
  }
}

function laidOver(flags: ServeFlags, environment: Environment): ServerConfigInput {
  const data = flags.data ?? environment['VOUCHSAFE_DATA'];
  const port = environment['VOUCHSAFE_PORT'];
  return {
    listen: {
      host: flags.host ?? environment['VOUCHSAFE_HOST'],
      port: flags.port ?? (port === undefined ? undefined : Number(port)),
      tls: tlsOf(flags),
      behindProxy: flags.behindProxy === true ? {} : undefined,
    },
    origin: flags.origin ?? environment['VOUCHSAFE_ORIGIN'],
    data: data === undefined ? undefined : resolve(data),
    ledger: { acceptRestored: flags.acceptRestoredLedger },
    log: { level: (flags.logLevel ?? environment['VOUCHSAFE_LOG_LEVEL']) as ServerConfig['log']['level'] | undefined },
  };
}

function tlsOf({ tlsCert, tlsKey, tlsClientCa }: ServeFlags) {
  if (tlsCert === undefined && tlsKey === undefined && tlsClientCa === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) {
    throw StartError.of('config-invalid', 'command line: expected --tls-cert and --tls-key together');
  }
  return {
    certificateFile: resolve(tlsCert),
    keyFile: resolve(tlsKey),
    clientCaFile: tlsClientCa === undefined ? undefined : resolve(tlsClientCa),
  };
}

/** Whoever listens to a network answers over TLS, here or at a proxy: passwords and sessions cross it. */
function checkListening({ listen, origin }: ServerConfig): void {
  const isSecured = listen.tls !== undefined || listen.behindProxy !== undefined;
  if (!isSecured && !isLoopback(listen.host)) {
    throw StartError.of('listen-insecure', `${listen.host} is reached from other machines`);
  }
  if (origin === undefined) {
    if (listen.behindProxy !== undefined) {
      throw StartError.of('config-invalid', 'origin: expected the address that the proxy is reached at (--origin)');
    }
    return;
  }
  const { protocol, hostname, pathname, search } = new URL(origin);
  if (pathname !== '/' || search !== '')
    throw StartError.of('config-invalid', `origin: expected no path, found ${origin}`);
  if (protocol === 'http:' && !isLoopback(hostname.replaceAll(/^\[|\]$/g, '')))
    throw StartError.of('origin-insecure', origin);
}

function withPaths(config: ServerConfig, folder: string): ServerConfig {
  const at: At = (path) => (path === undefined ? path : resolve(folder, path)) as typeof path;
  const { tls } = config.listen;
  const { webhook } = config.reviews;
  const passwords = config.access.passwords;
  return {
    ...config,
    data: at(config.data),
    keys: at(config.keys),
    records: recordsAt(config.records, at),
    blobs: config.blobs && withBlobPaths(config.blobs, at),
    counters: withCounterPaths(config.counters, at),
    listen: {
      ...config.listen,
      tls: tls && {
        certificateFile: at(tls.certificateFile),
        keyFile: at(tls.keyFile),
        clientCaFile: at(tls.clientCaFile),
      },
    },
    access: { ...config.access, passwords: { ...passwords, breachedFile: at(passwords.breachedFile) } },
    oidc: config.oidc.map((provider) => ({
      ...provider,
      clientSecret: secretAt(provider.clientSecret, at),
    })),
    reviews: { ...config.reviews, webhook: webhook && { ...webhook, secret: secretAt(webhook.secret, at) } },
    registry: registryAt(config.registry, at),
  };
}

type MasterKey = ServerConfig['registry']['masterKey'];
type At = <Path extends string | undefined>(path: Path) => Path;

function registryAt(registry: ServerConfig['registry'], at: At): ServerConfig['registry'] {
  const { masterKey, upstream } = registry;
  return {
    ...registry,
    signingKey: at(registry.signingKey),
    work: at(registry.work),
    masterKey: masterKeyAt(masterKey, at),
    upstream: upstream && { ...upstream, token: secretAt(upstream.token, at) },
  };
}

function masterKeyAt(masterKey: MasterKey, at: At): MasterKey {
  if ('vault' in masterKey) {
    const { vault } = masterKey;
    return { vault: { ...vault, token: secretAt(vault.token, at) } };
  }
  return 'awsKms' in masterKey ? masterKey : { file: at(masterKey.file) };
}

function recordsAt(records: ServerConfig['records'], at: At): ServerConfig['records'] {
  if ('sqlite' in records) return records;
  const { password, tls, ...rest } = records.postgres;
  return {
    postgres: {
      ...rest,
      ...(password === undefined ? {} : { password: secretAt(password, at) }),
      ...(tls === undefined ? {} : { tls: { caFile: at(tls.caFile) } }),
    },
  };
}

function secretAt<Reference extends SecretReference | undefined>(secret: Reference, at: At): Reference {
  return (secret !== undefined && 'file' in secret ? { file: at(secret.file) } : secret) as Reference;
}
