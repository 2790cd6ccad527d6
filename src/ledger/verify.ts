import type { Checkpoint } from './checkpoint-text.ts';
import { type LedgerTrust, type VerifiedCheckpoint, verifyCheckpoint } from './checkpoint.ts';
import { LedgerError } from './errors.ts';
import { ExportCheck, type LedgerProblem } from './export-check.ts';
import type { Export } from './export-item.ts';
import { type HashFunction, portableHash } from './hashing.ts';
import { type SignatureChecks, portableChecks } from './signature.ts';

export interface VerifyOptions {
  readonly trust: LedgerTrust;
  /** A signed checkpoint seen earlier: what it covers must still be there, unchanged. */
  readonly remembered?: string | undefined;
  readonly hash?: HashFunction | undefined;
  readonly checks?: SignatureChecks | undefined;
  /** Called after each part with the entries seen so far, and what the export says it has. */
  readonly onProgress?: ((entries: number, total: number) => void) | undefined;
}

/** What was found out about an export. */
export interface LedgerVerification {
  /** True when every entry is what the log signed for. */
  readonly ok: boolean;
  /** The last checkpoint whose signatures and tree were checked; null when there is none. */
  readonly head: VerifiedCheckpoint | null;
  readonly entries: number;
  /** Entries whose content retention removed; their hashes are in the tree as before. */
  readonly removed: number;
  /** Checkpoints of the history that hold. */
  readonly checkpoints: number;
  /** Whether a checkpoint remembered from earlier was found again; null when none was given. */
  readonly remembered: boolean | null;
  readonly problems: readonly LedgerProblem[];
  /** Further problems, counted only. */
  readonly problemsLeftOut: number;
}

/**
 * Checks an export from beginning to end without trusting whoever made it: every entry, every checkpoint of the history,
 * every signature. Memory does not grow with the export. What is wrong with the log is in the result, with the index.
 * @throws LedgerError when the trust or the remembered checkpoint cannot be used; whatever reading the export throws.
 */
export async function verifyExport(source: Export, options: VerifyOptions): Promise<LedgerVerification> {
  const { trust, hash = portableHash, checks = portableChecks, onProgress } = options;
  const remembered = options.remembered === undefined ? null : rememberedHead(options.remembered, trust, checks);
  const check = new ExportCheck({ trust, hash, checks, remembered });
  await readAll(source, check, onProgress);
  return check.finish(source.header.size);
}

/** What the log says wrongly of itself ends the reading; a medium that fails is no word about the log. */
async function readAll(source: Export, check: ExportCheck, onProgress: VerifyOptions['onProgress']): Promise<void> {
  try {
    for await (const item of source.items) {
      if (item.kind === 'checkpoint') check.checkpoint(item.note);
      else check.leaves(item);
      onProgress?.(check.position, source.header.size);
    }
  } catch (error) {
    if (!(error instanceof LedgerError) || error.exitCode === 2) throw error;
    check.interrupted(error);
  }
}

/** It is from a file of the reader's own, but a signature that does not hold would make it worth nothing. */
function rememberedHead(note: string, trust: LedgerTrust, checks: SignatureChecks): Checkpoint {
  try {
    return verifyCheckpoint(note, { ...trust, quorum: 0 }, checks).checkpoint;
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    throw LedgerError.of(error.code, `the checkpoint remembered cannot be used: ${error.message}`, error);
  }
}
