import { type Checkpoint, formatCheckpoint, parseCheckpoint } from './checkpoint-text.ts';
import { LedgerError } from './errors.ts';
import { formatNote, parseNote } from './note.ts';
import {
  type NoteSigner,
  type SignatureChecks,
  type VerifiedSignature,
  portableChecks,
  verifySignatures,
} from './signature.ts';
import type { SignatureType, VerifierKey } from './verifier-key.ts';

/** Whose word about a log is taken. */
export interface LedgerTrust {
  /** Keys of the log. For each type of signature among them, one must have signed. */
  readonly keys: readonly VerifierKey[];
  /** The origin line of the log; by default the name of its keys. */
  readonly origin?: string | undefined;
  readonly witnesses?: readonly VerifierKey[] | undefined;
  /** How many witnesses must have cosigned. */
  readonly quorum?: number | undefined;
}

/** A checkpoint that the log signed. */
export interface VerifiedCheckpoint {
  readonly checkpoint: Checkpoint;
  /** The signed note, as it was given. */
  readonly note: string;
  readonly signatures: readonly VerifiedSignature[];
  readonly cosignatures: readonly VerifiedSignature[];
}

/** The signed note of a checkpoint. */
export function signCheckpoint(checkpoint: Checkpoint, signers: readonly NoteSigner[]): string {
  const text = formatCheckpoint(checkpoint);
  return formatNote({ text, signatures: signers.map((signer) => signer.sign(text)) });
}

/**
 * Checks who signed a checkpoint.
 * @throws LedgerError `trust-missing`, `malformed`, `size-limit`, `origin-mismatch`, `signature-invalid`,
 * `unknown-key`, `quorum-unmet`.
 */
export function verifyCheckpoint(
  source: string,
  trust: LedgerTrust,
  checks: SignatureChecks = portableChecks,
): VerifiedCheckpoint {
  checkTrust(trust);
  const note = parseNote(source);
  const checkpoint = parseCheckpoint(note.text);
  checkOrigin(checkpoint, trust);
  const signatures = verifySignatures(note, trust.keys, checks);
  checkSigners(signatures, trust);
  const cosignatures = verifySignatures(note, trust.witnesses ?? [], checks);
  checkQuorum(cosignatures, trust.quorum ?? 0);
  return { checkpoint, note: source, signatures, cosignatures };
}

/** @throws LedgerError `trust-missing` when it could never, or always, be met. */
function checkTrust({ keys, witnesses = [], quorum = 0 }: LedgerTrust): void {
  if (keys.length === 0) throw LedgerError.of('trust-missing', 'no key of the log is known');
  const names = new Set(witnesses.map(({ name }) => name)).size;
  if (!Number.isSafeInteger(quorum) || quorum < 0 || quorum > names) {
    throw LedgerError.of('trust-missing', `a quorum of ${quorum} cannot be met by ${names} witnesses`);
  }
}

function checkOrigin({ origin }: Checkpoint, trust: LedgerTrust): void {
  const expected = trust.origin === undefined ? trust.keys.map(({ name }) => name) : [trust.origin];
  if (expected.includes(origin)) return;
  throw LedgerError.of('origin-mismatch', `expected ${[...new Set(expected)].join(' or ')}, found ${origin}`);
}

/** A signature that only one of two algorithms vouches for is as strong as the weaker: each known one has to. */
function checkSigners(signatures: readonly VerifiedSignature[], { keys }: LedgerTrust): void {
  const missing = new Set<SignatureType>(keys.map(({ type }) => type));
  for (const { key } of signatures) missing.delete(key.type);
  if (missing.size === 0) return;
  throw LedgerError.of('unknown-key', `the checkpoint has none of type ${[...missing].join(' and ')}`);
}

/** One witness counts once, however many keys it signs with. */
function checkQuorum(cosignatures: readonly VerifiedSignature[], quorum: number): void {
  const found = new Set(cosignatures.map(({ key }) => key.name)).size;
  if (found < quorum) throw LedgerError.of('quorum-unmet', `${quorum} are needed, ${found} found`);
}
