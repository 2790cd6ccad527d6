import { createServer } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { reasonOf } from '../../node/reason.ts';
import { StartError, type StartErrorCode } from '../config/errors.ts';
import type { ServerConfig } from '../config/schema.ts';

type Listen = Pick<ServerConfig['listen'], 'host' | 'port'>;

const codes: Readonly<Record<string, StartErrorCode>> = {
  EADDRINUSE: 'port-in-use',
  EACCES: 'port-refused',
  EADDRNOTAVAIL: 'address-unusable',
  ENOTFOUND: 'address-unusable',
  EAI_AGAIN: 'address-unusable',
};

/** @throws StartError `port-in-use`, `port-refused`, `address-unusable` */
export async function listen(app: FastifyInstance, { host, port }: Listen): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw explained(error, { host, port });
  }
}

/**
 * The port to listen on. Links, passkeys and cookies are made for an address with its port, so it is chosen before anything is opened
 * where any will do; and one that is taken is told before the data folder is touched.
 * @throws StartError as `listen`
 */
export async function choosePort({ host, port }: Listen): Promise<number> {
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once('error', reject);
      probe.listen({ host, port, exclusive: true }, resolve);
    });
  } catch (error) {
    throw explained(error, { host, port });
  }
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : port;
}

function explained(error: unknown, { host, port }: Listen): unknown {
  const code = error instanceof Error && 'code' in error ? codes[String(error.code)] : undefined;
  return code === undefined ? error : StartError.of(code, `${host} port ${port}: ${reasonOf(error)}`, error);
}
