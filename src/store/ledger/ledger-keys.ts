import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { NoteSigner } from '../../ledger/signature.ts';
import { ledgerAlgorithms } from '../../node/ledger/algorithms.ts';
import { createKeyFile, loadNoteSigner } from '../../node/ledger/key-file.ts';
import { reasonOf } from '../../node/reason.ts';
import { StoreError } from '../errors.ts';

const OWNER_ONLY_FOLDER = 0o700;

/** Where the keys of a data folder are, unless the configuration says otherwise. */
export const KEYS_FOLDER = 'keys';

/** The signers of a ledger. Asked for when it is known whether keys may be made: a ledger that was signed before has some. */
export type LoadSigners = (of: { readonly origin: string; readonly makeKeys: boolean }) => readonly NoteSigner[];

/** Signs with the keys in a folder, Ed25519 and ML-DSA-44. */
export function ledgerKeysIn(keysFolder: string, { clock }: { readonly clock: () => number }): LoadSigners {
  return ({ origin, makeKeys }) => {
    makeFolder(keysFolder);
    const keys = ledgerAlgorithms.map((algorithm) => ({
      algorithm,
      file: join(keysFolder, `ledger-${algorithm}.pem`),
    }));
    const missing = keys.filter(({ file }) => statSync(file, { throwIfNoEntry: false }) === undefined);
    if (missing.length > 0 && !makeKeys) {
      throw StoreError.of('ledger-keys-missing', missing.map(({ file }) => file).join(', '));
    }
    for (const { file, algorithm } of missing) createKeyFile(file, algorithm);
    return keys.map(({ file }) => loadNoteSigner(file, { name: origin, role: 'log', clock }));
  };
}

/** @throws StoreError `folder-unusable`. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
  } catch (error) {
    throw StoreError.of('folder-unusable', `${folder}: ${reasonOf(error)}`, error);
  }
}
