import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** When the connection is cut around a statement: before the database has it, or before its answer is passed on. */
type Cut = { readonly at: 'asked' | 'answered'; readonly statement: string } | null;

export interface CutProxy {
  readonly port: number;
  /** Cuts once, at the next such statement. */
  cut: Cut;
  /** How often it was cut. */
  readonly cuts: () => number;
  readonly close: () => Promise<void>;
}

/** Stands between a server and PostgreSQL, and cuts a connection where the test says. */
export async function startCutProxy(target: { readonly host: string; readonly port: number }): Promise<CutProxy> {
  const sockets = new Set<Socket>();
  let cuts = 0;
  const server = createServer((client) => {
    const database = connect(target.port, target.host);
    let isMuted = false;
    const cutBoth = (): void => {
      cuts += 1;
      client.destroy();
    };
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        if (!isMuted) {
          client.destroy();
          database.destroy();
        }
      });
    }
    client.on('data', (data: Buffer) => {
      const { cut } = proxy;
      const isHit = cut !== null && data.includes(cut.statement);
      if (!isHit) return void database.write(data);
      proxy.cut = null;
      if (cut.at === 'asked') return cutBoth();
      isMuted = true;
      database.write(data);
      return undefined;
    });
    database.on('data', (data: Buffer) => {
      if (!isMuted) return void client.write(data);
      isMuted = false;
      cutBoth();
      database.destroy();
      return undefined;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: CutProxy = {
    port: (server.address() as AddressInfo).port,
    cut: null,
    cuts: () => cuts,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
