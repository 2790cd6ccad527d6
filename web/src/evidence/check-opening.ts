import { opensCommitment } from '../../../src/ledger/commitment.ts';
import { fromBase64 } from '../../../src/ledger/encoding.ts';

interface WireOpening {
  readonly field: string;
  readonly value: string;
  /** Base64. */
  readonly salt: string;
}

/** Whether a value and its salt are what the entry committed to, computed here. */
export function fitsCommitment(commitment: string, entryId: string, { field, value, salt }: WireOpening): boolean {
  const bytes = fromBase64(salt);
  return bytes !== null && opensCommitment(commitment, entryId, { field, value, salt: bytes });
}
