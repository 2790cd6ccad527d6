import { fromDecimal, fromUtf8 } from '../../ledger/encoding.ts';
import { LedgerError } from '../../ledger/errors.ts';
import { ledgerLimits } from '../../ledger/limits.ts';
import { type NoteSignature, parseNote, parseSignatures } from '../../ledger/note.ts';
import type { Proof } from '../../ledger/proofs.ts';
import { verifySignatures } from '../../ledger/signature.ts';
import type { VerifierKey } from '../../ledger/verifier-key.ts';
import { formatCosignRequest } from '../../ledger/witness.ts';
import { nodeChecks } from './crypto.ts';
import { Answer, baseAddress, type Fetch } from './http.ts';

export interface CosignatureRequest {
  /** The signed note of the checkpoint, and how many entries it covers. */
  readonly checkpoint: string;
  readonly size: number;
  /** Size of the last checkpoint that this witness cosigned, as far as is known; 0 to ask. */
  readonly oldSize: number;
  /** The proof that the checkpoint goes on from one of this size; none for size 0. */
  readonly proofFrom: (oldSize: number) => Promise<Proof>;
  /** Keys of the witness: cosignatures by others are left out. */
  readonly keys: readonly VerifierKey[];
  readonly fetch?: Fetch | undefined;
  readonly timeoutMilliseconds?: number | undefined;
}

/**
 * Asks a witness to cosign a checkpoint; once more when it has seen another size than was thought.
 * @throws LedgerError `witness-failed` when it refuses or answers nonsense, `unreachable`, `signature-invalid`.
 */
export async function requestCosignature(url: string, request: CosignatureRequest): Promise<NoteSignature[]> {
  const first = await ask(url, request, request.oldSize);
  if (typeof first !== 'number') return first;
  if (first > request.size) {
    throw LedgerError.of('witness-failed', `it has seen ${first} entries already, more than the ${request.size} here`);
  }
  const second = await ask(url, request, first);
  if (typeof second !== 'number') return second;
  throw LedgerError.of('witness-failed', `it named ${first} as the last size, and then ${second}`);
}

/** The cosignatures, or the size that the witness has seen. */
async function ask(url: string, request: CosignatureRequest, oldSize: number): Promise<NoteSignature[] | number> {
  const { checkpoint, proofFrom, fetch: send, timeoutMilliseconds } = request;
  const proof = oldSize === 0 ? [] : await proofFrom(oldSize);
  const answer = await Answer.of(new URL('add-checkpoint', baseAddress(url)), {
    method: 'POST',
    body: formatCosignRequest({ oldSize, proof, checkpoint }),
    send,
    idleMilliseconds: timeoutMilliseconds,
  });
  const text = fromUtf8(await answer.bytes(ledgerLimits.maxWitnessResponseBytes));
  if (text !== null && answer.status === 200) return checkedSignatures(text, request);
  const size = answer.status === 409 ? fromDecimal((text ?? '').trimEnd()) : null;
  if (size !== null) return size;
  throw LedgerError.of('witness-failed', `it answered with status ${answer.status}`);
}

function checkedSignatures(text: string, { checkpoint, keys }: CosignatureRequest): NoteSignature[] {
  const signatures = parseSignatures(text);
  const note = parseNote(checkpoint);
  const known = signatures.filter((one) => keys.some(({ name, keyId }) => name === one.name && keyId === one.keyId));
  const verified = verifySignatures({ text: note.text, signatures: known }, keys, nodeChecks);
  // c2sp.org/tlog-witness: the time must not be left out.
  if (verified.length === 0 || verified.some(({ time }) => time === null || time === 0)) {
    throw LedgerError.of('witness-failed', 'it answered without a cosignature of the keys that are trusted');
  }
  return known;
}
