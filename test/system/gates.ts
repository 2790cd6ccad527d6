import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands before something that a server needs, and takes it away. */
export interface Gate {
  /** The address of what is behind it, by way of the gate. */
  readonly url: string;
  /** From now on whatever comes is refused, and what is connected is cut. */
  shut(): void;
  open(): void;
  close(): Promise<void>;
}

export interface S3Gate extends Gate {
  /** Lets nothing through that writes. */
  holdWrites(): void;
  /** Resolves when something was held. */
  held(): Promise<void>;
  letThrough(): void;
}

interface Rules {
  isOpen: boolean;
  /** True where a chunk must not pass. */
  holds: (chunk: Buffer) => boolean;
}

const nothing = (): boolean => false;
const WRITES = /^(PUT|POST) /;

export async function openGate(url: string): Promise<Gate> {
  return openWith(url, { isOpen: true, holds: nothing });
}

export async function openS3Gate(url: string): Promise<S3Gate> {
  const rules: Rules = { isOpen: true, holds: nothing };
  const gate = await openWith(url, rules);
  let isHeld = Promise.withResolvers<void>();
  return {
    ...gate,
    holdWrites: () => {
      isHeld = Promise.withResolvers();
      rules.holds = (chunk) => {
        const isWrite = WRITES.test(chunk.subarray(0, 5).toString('latin1'));
        if (isWrite) isHeld.resolve();
        return isWrite;
      };
    },
    held: () => isHeld.promise,
    letThrough: () => {
      rules.holds = nothing;
    },
  };
}

async function openWith(url: string, rules: Rules): Promise<Gate> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    if (!rules.isOpen) return void client.destroy();
    const behind = connect(Number(target.port), target.hostname);
    for (const [socket, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (chunk: Buffer) => {
      if (!rules.holds(chunk)) behind.write(chunk);
    });
    behind.on('data', (chunk: Buffer) => void client.write(chunk));
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const through = new URL(url);
  through.port = String((server.address() as AddressInfo).port);
  through.hostname = '127.0.0.1';
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    url: through.href.replace(/\/$/, ''),
    shut: () => {
      rules.isOpen = false;
      cut();
    },
    open: () => {
      rules.isOpen = true;
    },
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
