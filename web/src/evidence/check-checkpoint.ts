import { type LedgerTrust, type VerifiedCheckpoint, verifyCheckpoint } from '../../../src/ledger/checkpoint.ts';
import { parseCheckpoint } from '../../../src/ledger/checkpoint-text.ts';
import { fromBase64, toBase64 } from '../../../src/ledger/encoding.ts';
import { LedgerError } from '../../../src/ledger/errors.ts';
import { verifyConsistency } from '../../../src/ledger/proofs.ts';
import { parseVerifierKey } from '../../../src/ledger/verifier-key.ts';
import type { Reply } from '../api/call.ts';
import type { Memory } from './memory.ts';
import { failed, passed, type Step, skipped } from './steps.ts';

/** Asks the server for the hashes that lead from one size to another. */
export type AskConsistency = (from: number, to: number) => Promise<Reply<'ledger.consistency'>>;

export interface Signed {
  readonly steps: readonly Step[];
  readonly verified: VerifiedCheckpoint | null;
}

/** The keys that the server names, against those that this browser saw first. */
export function checkKeys(keys: readonly string[], memory: Memory | null): Step {
  const title = 'Keys of the ledger';
  const count = `${keys.length} ${keys.length === 1 ? 'key' : 'keys'}`;
  if (memory === null)
    return passed(title, `${count}, seen by this browser for the first time and remembered from now on`);
  const strange = keys.filter((key) => !memory.keys.includes(key));
  if (strange.length > 0) {
    return failed(
      title,
      `${strange.length} of ${count} were not there when this browser first saw the ledger: ${strange.join(', ')}`,
    );
  }
  // Fewer keys would ask for fewer signatures: a ledger signed by the weaker of two is no longer signed by both.
  const gone = memory.keys.filter((key) => !keys.includes(key));
  if (gone.length > 0) {
    return failed(
      title,
      `${gone.length} of ${memory.keys.length} that this browser first saw are no longer named: ${gone.join(', ')}`,
    );
  }
  return passed(title, `${count}, the same as when this browser first saw the ledger`);
}

/** What the page says of a checkpoint, against the signed note that stands for it. */
export function checkShown(shown: Reply<'ledger.checkpoints'>['items'][number]): Step {
  const title = 'Checkpoint as shown';
  try {
    const { size, root } = parseCheckpoint(noteText(shown.note));
    return size === shown.size && toBase64(root) === shown.rootHash
      ? passed(title, `size ${size} and its root hash are those of the signed note`)
      : failed(
          title,
          `the page shows size ${shown.size} and root ${shown.rootHash}, the note says ${size} and ${toBase64(root)}`,
        );
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    return failed(title, error.message);
  }
}

/** The text of a signed note, with its final newline. */
export function noteText(note: string): string {
  return note.slice(0, note.lastIndexOf('\n\n') + 1);
}

/** The signatures under a checkpoint. */
export function checkSignatures(note: string, keys: readonly string[]): Signed {
  const title = 'Signatures of the checkpoint';
  try {
    const trust: LedgerTrust = { keys: keys.map(parseVerifierKey) };
    const verified = verifyCheckpoint(note, trust);
    const kinds = verified.signatures.map(({ key }) => key.type).join(' and ');
    return {
      verified,
      steps: [passed(title, `${verified.checkpoint.origin} signed size ${verified.checkpoint.size} with ${kinds}`)],
    };
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    return { verified: null, steps: [failed(title, error.message)] };
  }
}

/** Whether the ledger has only grown since this browser last looked: nothing rewritten, nothing rolled back. */
export async function checkContinuation(
  { checkpoint }: VerifiedCheckpoint,
  memory: Memory | null,
  ask: AskConsistency,
): Promise<Step> {
  const title = 'Continues what this browser saw';
  if (memory === null) return skipped(title, 'this is the first look; the next one is compared with it');
  if (memory.origin !== checkpoint.origin) {
    return failed(title, `expected the ledger ${memory.origin}, found ${checkpoint.origin}`);
  }
  if (checkpoint.size < memory.size) {
    return failed(
      title,
      `the ledger had ${memory.size} entries when last seen and has ${checkpoint.size} now: it was rolled back`,
    );
  }
  const root = fromBase64(memory.root);
  if (root === null) return failed(title, 'what this browser stored cannot be read');
  if (checkpoint.size === memory.size) {
    const same = memory.root === toBase64(checkpoint.root);
    return same
      ? passed(title, `the same ${memory.size} entries with the same root hash as last seen`)
      : failed(title, `${memory.size} entries as last seen, and another root hash: the history was rewritten`);
  }
  if (memory.size === 0) return passed(title, `from an empty ledger to ${checkpoint.size} entries`);
  const proof = (await ask(memory.size, checkpoint.size)).hashes.map((hash) => fromBase64(hash));
  const holds =
    !proof.includes(null) &&
    verifyConsistency({
      size1: memory.size,
      root1: root,
      size2: checkpoint.size,
      root2: checkpoint.root,
      proof: proof.filter((hash) => hash !== null),
    });
  return holds
    ? passed(
        title,
        `the ${memory.size} entries last seen are the beginning of these ${checkpoint.size}, by ${proof.length} hashes`,
      )
    : failed(
        title,
        `the ${memory.size} entries last seen are not the beginning of these ${checkpoint.size}: the history was rewritten`,
      );
}

/** What to remember of a checkpoint that holds. */
export function memoryOf({ checkpoint, note }: VerifiedCheckpoint, keys: readonly string[], nowMs: number): Memory {
  return {
    origin: checkpoint.origin,
    keys: [...keys],
    size: checkpoint.size,
    root: toBase64(checkpoint.root),
    note,
    checkedAt: new Date(nowMs).toISOString(),
  };
}
