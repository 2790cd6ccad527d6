import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NoteSigner } from '../../ledger/signature.ts';
import type { ServerConfig } from '../config/schema.ts';
import { ledgerAlgorithms } from '../../node/ledger/algorithms.ts';
import { createKeyFile, loadNoteSigner } from '../../node/ledger/key-file.ts';

const OWNER_ONLY = 0o700;

/** Where keys are: in the data folder, unless the configuration says otherwise. */
export function keysFolderOf({ keys }: Pick<ServerConfig, 'keys'>, dataFolder: string): string {
  return keys ?? join(dataFolder, 'keys');
}

export function makeKeysFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: OWNER_ONLY });
}

/** Signs checkpoints with the keys in a folder, one of each algorithm; a key that is missing is made, for its owner only. */
export function ledgerSigners(folder: string, origin: string, clock: () => number): readonly NoteSigner[] {
  return ledgerAlgorithms.map((algorithm) => {
    const file = join(folder, `ledger-${algorithm}.pem`);
    if (!existsSync(file)) createKeyFile(file, algorithm);
    return loadNoteSigner(file, { name: origin, role: 'log', clock });
  });
}
