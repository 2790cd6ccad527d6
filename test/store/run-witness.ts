import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { NoteSigner } from '../../src/ledger/signature.ts';
import type { VerifierKey } from '../../src/ledger/verifier-key.ts';
import { createWitnessServer } from '../../src/node/ledger/witness-server.ts';
import { WitnessState } from '../../src/node/ledger/witness-state.ts';

export interface RunningWitness {
  readonly url: string;
  readonly close: () => Promise<void>;
}

export interface WitnessParts {
  readonly signers: readonly NoteSigner[];
  /** Keys of one log, all under its name. */
  readonly logs: readonly VerifierKey[];
}

/** A witness on a free port of loopback. */
export async function startWitness(folder: string, { signers, logs }: WitnessParts): Promise<RunningWitness> {
  const state = WitnessState.open(join(folder, 'witness.json'));
  const trust = new Map([[logs[0]?.name ?? '', { keys: logs }]]);
  const server = createWitnessServer({ signers, logs: trust, state, onDecision: () => undefined });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    state.close();
  };
  return { url: `http://127.0.0.1:${port}/`, close };
}
