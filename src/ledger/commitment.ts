import { LedgerError } from './errors.ts';
import { sameBytes, toHex, utf8 } from './encoding.ts';
import { type HashFunction, portableHash } from './hashing.ts';

/** Of the salt of one commitment: nobody can try all e-mail addresses against it. */
export const SALT_BYTES = 32;

const DOMAIN = utf8('vouchsafe/ledger/commitment/v1');
const PREFIX = 'sha256:';

/** What opens one commitment of one entry. Whoever erases it makes the commitment say nothing for ever. */
export interface Opening {
  readonly field: string;
  readonly salt: Uint8Array;
  readonly value: string;
}

/**
 * `sha256:` and the hex digest that stands for a value in the tree. It names the entry and the field, so that an opening
 * fits no other place, and each part is preceded by its length, so that no two contents are the same bytes.
 * @throws LedgerError `entry-invalid` when the salt has not 32 bytes.
 */
export function commitTo(entryId: string, { field, salt, value }: Opening, hash: HashFunction = portableHash): string {
  if (salt.length !== SALT_BYTES) {
    throw LedgerError.of('entry-invalid', `a salt has ${SALT_BYTES} bytes, ${salt.length} given`);
  }
  return PREFIX + toHex(hash(framed([DOMAIN, utf8(entryId), utf8(field), salt, utf8(value)])));
}

/** True when the value is the one that was committed to. */
export function opensCommitment(commitment: string, entryId: string, opening: Opening): boolean {
  return opening.salt.length === SALT_BYTES && sameBytes(utf8(commitTo(entryId, opening)), utf8(commitment));
}

function framed(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length);
    bytes.set(part, at + 4);
    at += 4 + part.length;
  }
  return bytes;
}
