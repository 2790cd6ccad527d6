import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { reasonOf } from '../../node/reason.ts';
import { StartError } from '../config/errors.ts';
import type { ServerConfig } from '../config/schema.ts';
import type { TlsFiles } from '../create-server.ts';

type TlsConfig = NonNullable<ServerConfig['listen']['tls']>;

/**
 * Reads certificate, key and authorities, and checks that they fit together.
 * @throws StartError `tls-unusable`
 */
export function readTls({ certificateFile, keyFile, clientCaFile }: TlsConfig): TlsFiles {
  const files = {
    cert: read(certificateFile),
    key: read(keyFile),
    ...(clientCaFile === undefined ? {} : { ca: read(clientCaFile) }),
  };
  try {
    createSecureContext(files);
  } catch (error) {
    throw StartError.of('tls-unusable', `${certificateFile} and ${keyFile}: ${reasonOf(error)}`, error);
  }
  return files;
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw StartError.of('tls-unusable', `${file}: ${reasonOf(error)}`, error);
  }
}

/**
 * Shows what the files hold now to everybody who connects from here on; connections that are open keep what they have.
 * @throws StartError `tls-unusable`; the server then goes on with what it had
 */
export function reloadTls(app: FastifyInstance, config: TlsConfig): void {
  const { server } = app;
  const files = readTls(config);
  if ('setSecureContext' in server && typeof server.setSecureContext === 'function') {
    server.setSecureContext({ ...files, minVersion: 'TLSv1.2' });
  }
}
