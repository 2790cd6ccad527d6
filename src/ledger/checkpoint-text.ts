import { fromBase64, fromDecimal, toBase64 } from './encoding.ts';
import { LedgerError } from './errors.ts';
import { HASH_BYTES } from './hashing.ts';

/** The head of a log at one size: c2sp.org/tlog-checkpoint. */
export interface Checkpoint {
  /** Which log it is of. */
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** Further lines; ML-DSA-44 does not sign them. */
  readonly extensions: readonly string[];
}

/** The text of the note. */
export function formatCheckpoint({ origin, size, root, extensions }: Checkpoint): string {
  return `${[origin, String(size), toBase64(root), ...extensions].join('\n')}\n`;
}

/** @throws LedgerError `malformed`. */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw LedgerError.of('malformed', 'a checkpoint does not end with a line end');
  const [origin = '', sizeText = '', rootText = '', ...extensions] = lines;
  if (origin === '') throw LedgerError.of('malformed', 'the origin of a checkpoint is empty');
  const size = fromDecimal(sizeText);
  if (size === null) throw LedgerError.of('malformed', 'the size of a checkpoint is not a decimal number');
  const root = fromBase64(rootText);
  if (root === null || root.length !== HASH_BYTES) {
    throw LedgerError.of('malformed', `the root of a checkpoint is not ${HASH_BYTES} bytes of base64`);
  }
  if (extensions.includes('')) throw LedgerError.of('malformed', 'an extension line of a checkpoint is empty');
  return { origin, size, root, extensions };
}
