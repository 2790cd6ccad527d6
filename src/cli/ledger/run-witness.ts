import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LedgerTrust } from '../../ledger/checkpoint.ts';
import { formatVerifierKey } from '../../ledger/verifier-key.ts';
import { loadNoteSigner } from '../../node/ledger/key-file.ts';
import { createWitnessServer } from '../../node/ledger/witness-server.ts';
import { WitnessState } from '../../node/ledger/witness-state.ts';
import { writeStream } from '../../node/write-file.ts';
import { visible, visibleShort } from '../../scan/visible-text.ts';
import { UsageError } from '../usage-error.ts';
import type { LedgerWitnessArguments } from './ledger-arguments.ts';
import { loadVerifierKeys } from './load-keys.ts';

const MAX_REASON = 200;

/** `vouchsafe ledger witness`: until it is asked to end. @throws CodedError when it cannot start. */
export async function runWitness(options: LedgerWitnessArguments): Promise<void> {
  const signers = options.key.map((file) => loadNoteSigner(file, { name: options.name, role: 'witness' }));
  const logs = logsOf(options.log);
  const state = WitnessState.open(options.state);
  try {
    const onDecision = (status: number, reason: string): void => {
      process.stderr.write(`${status} ${visibleShort(reason, MAX_REASON)}\n`);
    };
    const server = createWitnessServer({ signers, logs, state, onDecision });
    const { address, port, family } = await listen(server, options);
    const host = family === 'IPv6' ? `[${address}]` : address;
    const lines = [
      `listening on  http://${host}:${port}/`,
      ...signers.map(({ key }) => `verifier key  ${visible(formatVerifierKey(key))}`),
      ...[...logs.keys()].map((origin) => `cosigns       ${visible(origin)}`),
    ];
    await writeStream(process.stdout, [`${lines.join('\n')}\n`]);
    await untilStopped(server);
  } finally {
    state.close();
  }
}

/** The keys of each log, which is named by its keys. */
function logsOf(given: readonly string[]): ReadonlyMap<string, LedgerTrust> {
  const keys = loadVerifierKeys(given);
  return new Map(keys.map(({ name }) => [name, { keys: keys.filter((key) => key.name === name) }]));
}

function listen(server: Server, { host, port }: LedgerWitnessArguments): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(UsageError.of(`cannot listen on ${host} port ${port}: ${error.message}`)));
    server.listen(port, host, () => resolve(server.address() as AddressInfo));
  });
}

/** Answers what it has begun to, then ends. */
function untilStopped(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      server.close(() => resolve());
      server.closeIdleConnections();
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  });
}
