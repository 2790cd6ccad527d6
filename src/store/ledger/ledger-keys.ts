import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { NoteSigner } from '../../ledger/signature.ts';
import { ledgerAlgorithms } from '../../node/ledger/algorithms.ts';
import { createKeyFile, loadNoteSigner } from '../../node/ledger/key-file.ts';
import { reasonOf } from '../../node/reason.ts';
import { StoreError } from '../errors.ts';

const OWNER_ONLY_FOLDER = 0o700;

/** Where the keys of a data folder are. */
export const KEYS_FOLDER = 'keys';

export interface LedgerKeysOptions {
  readonly origin: string;
  /** ms since 1970. */
  readonly clock: () => number;
}

/**
 * The signers of the ledger of a data folder, Ed25519 and ML-DSA-44. Keys that are missing are made; a ledger that was
 * signed with others before is not opened with them.
 * @throws StoreError `folder-unusable`; LedgerError `key-unreadable`; SignError `key-permissions`; WriteError.
 */
export function openLedgerKeys(folder: string, { origin, clock }: LedgerKeysOptions): NoteSigner[] {
  const keys = join(folder, KEYS_FOLDER);
  try {
    mkdirSync(keys, { recursive: true, mode: OWNER_ONLY_FOLDER });
  } catch (error) {
    throw StoreError.of('folder-unusable', `${keys}: ${reasonOf(error)}`, error);
  }
  return ledgerAlgorithms.map((algorithm) => {
    const file = join(keys, `ledger-${algorithm}.pem`);
    if (statSync(file, { throwIfNoEntry: false }) === undefined) createKeyFile(file, algorithm);
    return loadNoteSigner(file, { name: origin, role: 'log', clock });
  });
}
