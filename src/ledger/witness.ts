import { type Checkpoint, parseCheckpoint } from './checkpoint-text.ts';
import { type LedgerTrust, verifyCheckpoint } from './checkpoint.ts';
import { fromDecimal, toBase64 } from './encoding.ts';
import { LedgerError } from './errors.ts';
import { parseNote } from './note.ts';
import { parseProofLines } from './proof-file.ts';
import { type Proof, continuesEmpty, verifyConsistency } from './proofs.ts';
import { type SignatureChecks, portableChecks } from './signature.ts';
import { emptyRoot } from './tree.ts';

/** What a log asks of a witness: c2sp.org/tlog-witness, `add-checkpoint`. */
export interface CosignRequest {
  /** Size of the last checkpoint that the witness cosigned, as far as the log knows. */
  readonly oldSize: number;
  /** That the checkpoint goes on from it. */
  readonly proof: Proof;
  /** The signed note. */
  readonly checkpoint: string;
}

/** The body of the request. */
export function formatCosignRequest({ oldSize, proof, checkpoint }: CosignRequest): string {
  return `${[`old ${oldSize}`, ...proof.map(toBase64)].join('\n')}\n\n${checkpoint}`;
}

/** @throws LedgerError `malformed`. */
export function parseCosignRequest(body: string): CosignRequest {
  const end = body.indexOf('\n\n');
  if (end < 0) throw LedgerError.of('malformed', 'expected an empty line before the checkpoint');
  const [first = '', ...lines] = body.slice(0, end).split('\n');
  const oldSize = fromDecimal(/^old (.*)$/.exec(first)?.[1] ?? '');
  if (oldSize === null) throw LedgerError.of('malformed', 'expected the old size in the first line');
  return { oldSize, proof: parseProofLines(lines), checkpoint: body.slice(end + 2) };
}

/** The last checkpoint of a log that the witness cosigned. */
export interface WitnessedHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** What the witness answers, with the status of HTTP that says so. */
export type CosignDecision =
  | { readonly status: 200; readonly checkpoint: Checkpoint; readonly text: string }
  | { readonly status: 409; readonly size: number; readonly reason: string }
  | { readonly status: 400 | 403 | 404 | 422; readonly reason: string };

/** The log whose checkpoint this is, and what was seen of it; null for a log that is not known. */
export type LogLookup = (origin: string) => { readonly trust: LedgerTrust; readonly last: WitnessedHead | null } | null;

/**
 * Decides whether to cosign. Never a smaller tree than the last, nor one that does not go on from it: two such signatures
 * would vouch for a fork. The decision is good only as long as what was seen of the log is still the last: keep it,
 * on disk, before the cosignature leaves.
 */
export function decideCosignature(
  body: string,
  lookup: LogLookup,
  checks: SignatureChecks = portableChecks,
): CosignDecision {
  const parsed = attempt(() => {
    const request = parseCosignRequest(body);
    const { text } = parseNote(request.checkpoint);
    return { request, text, checkpoint: parseCheckpoint(text) };
  });
  if (parsed instanceof LedgerError) return { status: 400, reason: parsed.message };
  const { request, text, checkpoint } = parsed;
  const log = lookup(checkpoint.origin);
  if (log === null) return { status: 404, reason: 'this log is not known here' };
  const signed = attempt(() => verifyCheckpoint(request.checkpoint, { ...log.trust, quorum: 0 }, checks));
  if (signed instanceof LedgerError) return { status: 403, reason: signed.message };
  return judge(request, checkpoint, log.last) ?? { status: 200, checkpoint, text };
}

function judge(
  { oldSize, proof }: CosignRequest,
  checkpoint: Checkpoint,
  last: WitnessedHead | null,
): CosignDecision | null {
  const { size, root } = checkpoint;
  if (oldSize > size) return { status: 400, reason: `the old size ${oldSize} is larger than ${size}` };
  const seen = last ?? { size: 0, root: emptyRoot() };
  if (oldSize !== seen.size) return { status: 409, size: seen.size, reason: `the last one seen has size ${seen.size}` };
  const claim = { size1: seen.size, root1: seen.root, size2: size, root2: root, proof };
  const isConsistent = seen.size === 0 ? continuesEmpty(claim) : verifyConsistency(claim);
  return isConsistent
    ? null
    : { status: 422, reason: `it does not go on from the last one seen, of size ${seen.size}` };
}

function attempt<T>(work: () => T): T | LedgerError {
  try {
    return work();
  } catch (error) {
    if (error instanceof LedgerError) return error;
    throw error;
  }
}
