import { type LedgerTrust, type VerifiedCheckpoint, verifyCheckpoint } from './checkpoint.ts';
import { fromBase64, fromDecimal, toBase64 } from './encoding.ts';
import { type Entry, parseEntry } from './entry.ts';
import { LedgerError } from './errors.ts';
import { HASH_BYTES } from './hashing.ts';
import { ledgerLimits } from './limits.ts';
import { type Proof, verifyInclusion } from './proofs.ts';
import { type SignatureChecks, portableChecks } from './signature.ts';
import { leafHash } from './tree.ts';

/** A proof that one entry is in a log, to be checked without the log: c2sp.org/tlog-proof. */
export interface ProofFile {
  readonly index: number;
  readonly proof: Proof;
  /** The signed note of the checkpoint. */
  readonly checkpoint: string;
  /** Nothing vouches for it; ours is the entry, which the proof does vouch for once it is hashed. */
  readonly extra?: Uint8Array | undefined;
}

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';

/** The text of a `.tlog-proof` file. */
export function formatProofFile({ index, proof, checkpoint, extra }: ProofFile): string {
  const lines = [
    FIRST_LINE,
    ...(extra === undefined ? [] : [`extra ${toBase64(extra)}`]),
    `index ${index}`,
    ...proof.map(toBase64),
  ];
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

/** True when the beginning of a file is that of a proof. */
export function looksLikeProofFile(start: string): boolean {
  return start.startsWith(`${FIRST_LINE}\n`);
}

/** @throws LedgerError `malformed`, `size-limit`. */
export function parseProofFile(text: string): ProofFile {
  if (text.length > ledgerLimits.maxProofFileBytes) {
    throw LedgerError.of('size-limit', `a proof has ${text.length} characters`);
  }
  const end = text.indexOf('\n\n');
  if (end < 0) throw LedgerError.of('malformed', 'expected an empty line before the checkpoint of a proof');
  const lines = text.slice(0, end).split('\n');
  if (lines.shift() !== FIRST_LINE) throw LedgerError.of('malformed', `expected ${FIRST_LINE} in the first line`);
  const extra = lines[0]?.startsWith('extra ') === true ? decoded(lines.shift()?.slice(6) ?? '') : undefined;
  const index = fromDecimal(/^index (.*)$/.exec(lines.shift() ?? '')?.[1] ?? '');
  if (index === null) throw LedgerError.of('malformed', 'expected the index of the entry');
  return { index, proof: parseProofLines(lines), checkpoint: text.slice(end + 2), extra };
}

function decoded(text: string): Uint8Array {
  const bytes = fromBase64(text);
  if (bytes === null) throw LedgerError.of('malformed', 'expected base64 after extra');
  return bytes;
}

/** Hashes in base64, one a line. @throws LedgerError `malformed`. */
export function parseProofLines(lines: readonly string[]): Proof {
  if (lines.length > ledgerLimits.maxProofHashes) {
    throw LedgerError.of('malformed', `a proof has ${lines.length} hashes, ${ledgerLimits.maxProofHashes} are allowed`);
  }
  return lines.map((line) => {
    const hash = fromBase64(line);
    if (hash?.length !== HASH_BYTES)
      throw LedgerError.of('malformed', 'expected a hash in base64 in a line of a proof');
    return hash;
  });
}

export interface VerifiedProof extends VerifiedCheckpoint {
  readonly index: number;
  readonly entry: Entry;
}

/**
 * Checks that an entry is in the log. The entry is the one in the file unless its bytes are given.
 * @throws LedgerError `proof-invalid`, `entry-invalid`, `malformed`, and as `verifyCheckpoint`.
 */
export function verifyProofFile(
  text: string,
  trust: LedgerTrust,
  { entry, checks = portableChecks }: { readonly entry?: Uint8Array; readonly checks?: SignatureChecks } = {},
): VerifiedProof {
  const { index, proof, checkpoint: note, extra } = parseProofFile(text);
  const bytes = entry ?? extra;
  if (bytes === undefined) throw LedgerError.of('proof-invalid', 'the file does not hold the entry it is about');
  const verified = verifyCheckpoint(note, trust, checks);
  const { size, root } = verified.checkpoint;
  if (!verifyInclusion({ index, size, root, proof, leafHash: leafHash(bytes) })) {
    throw LedgerError.of('proof-invalid', `the entry is not the one at index ${index} of ${size}`);
  }
  return { ...verified, index, entry: parseEntry(bytes) };
}
