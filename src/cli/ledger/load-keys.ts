import { statSync } from 'node:fs';
import { ledgerLimits } from '../../ledger/limits.ts';
import { parseVerifierKey, type VerifierKey } from '../../ledger/verifier-key.ts';
import { readSmallFile } from '../../node/sign/read-small-file.ts';

/**
 * Verifier keys as they are given: each the key itself, or a file with one a line, which is how a key of ML-DSA-44 fits
 * on a command line. @throws LedgerError `key-unreadable`, ReadError.
 */
export function loadVerifierKeys(given: readonly string[]): VerifierKey[] {
  return given.flatMap((one) => (isFile(one) ? linesOf(one).map(parseVerifierKey) : [parseVerifierKey(one)]));
}

/** The path of a key with slashes in its base64 may be one whose parts do not exist, or are too long. */
function isFile(text: string): boolean {
  try {
    return statSync(text, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function linesOf(file: string): string[] {
  const text = Buffer.from(readSmallFile(file, ledgerLimits.maxKeysBytes)).toString('utf8');
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}
