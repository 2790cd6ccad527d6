import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { LedgerTrust } from '../../ledger/checkpoint.ts';
import { LedgerError } from '../../ledger/errors.ts';
import { ledgerLimits } from '../../ledger/limits.ts';
import { looksLikeProofFile, verifyProofFile } from '../../ledger/proof-file.ts';
import { type LedgerVerification, verifyExport } from '../../ledger/verify.ts';
import type { VerifierKey } from '../../ledger/verifier-key.ts';
import { bearerFetch } from '../../node/ledger/bearer-fetch.ts';
import { nodeChecks, nodeHash } from '../../node/ledger/crypto.ts';
import { baseAddress } from '../../node/ledger/http.ts';
import { isAddress, openExport, type OpenedExport, type TrustFor } from '../../node/ledger/open-export.ts';
import { readSmallFile } from '../../node/sign/read-small-file.ts';
import { checkWritable, writeAtomically, writeStream } from '../../node/write-file.ts';
import { jsonText } from '../../scan/json-safe.ts';
import { grouped } from '../../scan/reporters/wording.ts';
import { Progress } from '../render/progress.ts';
import { streamTheme } from '../render/theme.ts';
import { UsageError } from '../usage-error.ts';
import type { LedgerVerifyArguments } from './ledger-arguments.ts';
import { loadVerifierKeys } from './load-keys.ts';
import { proofReport, renderLedger, renderProof, verificationReport } from './render-ledger.ts';

/** `vouchsafe ledger verify`: returns the exit code. @throws CodedError when it cannot run at all. */
export async function runLedgerVerify(place: string, options: LedgerVerifyArguments): Promise<number> {
  if (options.saveCheckpoint !== undefined) checkWritable(options.saveCheckpoint);
  const trustFor = trustOf(options);
  if (isProof(place)) return verifyProof(place, options, trustFor);
  const { source, trust } = await openExport(place, trustFor, {
    stdin: process.stdin,
    fetch: fetchFor(place, options),
  });
  const result = await verifyWithProgress({ source, trust }, options);
  const report = verificationReport(place, result);
  const text =
    options.format === 'json' ? `${jsonText(report, 2)}\n` : renderLedger(report, streamTheme(process.stdout));
  await writeStream(process.stdout, [text]);
  if (result.ok && options.saveCheckpoint !== undefined) saveHead(options.saveCheckpoint, result);
  return result.ok ? 0 : 1;
}

/** Shows a server the token that was given, if any. */
function fetchFor(place: string, { tokenFile }: LedgerVerifyArguments): typeof fetch | undefined {
  const token = tokenFile === undefined ? process.env['VOUCHSAFE_TOKEN'] : firstLineOf(tokenFile);
  return token === undefined || !isAddress(place) ? undefined : bearerFetch(token, baseAddress(place));
}

const MAX_TOKEN_FILE_BYTES = 16_384;

function firstLineOf(file: string): string {
  const text = Buffer.from(readSmallFile(file, MAX_TOKEN_FILE_BYTES)).toString('utf8');
  return text.split(/\r?\n/, 1)[0] ?? '';
}

async function verifyWithProgress(
  { source, trust }: OpenedExport,
  options: LedgerVerifyArguments,
): Promise<LedgerVerification> {
  const remembered = options.checkpoint === undefined ? undefined : readNote(options.checkpoint);
  const progress = new Progress(options.progress);
  const onProgress = (entries: number, total: number): void =>
    progress.show((elapsed) => {
      const rate = grouped(Math.round(entries / Math.max(0.001, elapsed / 1000)));
      return `verifying ${grouped(entries)} of ${grouped(total)} entries, ${rate} entries/s`;
    });
  try {
    return await verifyExport(source, { trust, remembered, hash: nodeHash, checks: nodeChecks, onProgress });
  } finally {
    progress.end();
  }
}

function saveHead(file: string, { head }: LedgerVerification): void {
  if (head !== null) writeAtomically(file, [head.note]);
}

/** Who is trusted: keys that are named, or, when that is asked for, those that the export names itself. */
function trustOf(options: LedgerVerifyArguments): TrustFor {
  const witnesses = loadVerifierKeys(options.witness ?? []);
  const quorum = options.quorum ?? new Set(witnesses.map(({ name }) => name)).size;
  const named = loadVerifierKeys(options.key ?? []);
  const trust = (keys: readonly VerifierKey[]): LedgerTrust => ({ keys, origin: options.origin, witnesses, quorum });
  if (named.length > 0) return async () => trust(named);
  if (options.trustOnFirstUse !== true) {
    throw LedgerError.of('trust-missing', 'an export cannot vouch for itself');
  }
  return async (claimedKeys) => trust(await claimedKeys());
}

function readNote(file: string): string {
  return Buffer.from(readSmallFile(file, ledgerLimits.maxNoteBytes)).toString('utf8');
}

/** Long enough for the first line of a proof. */
const START_BYTES = 64;

function isProof(place: string): boolean {
  if (place === '-' || isAddress(place) || statSync(place, { throwIfNoEntry: false })?.isFile() !== true) return false;
  const fd = openSync(place, 'r');
  try {
    const start = Buffer.alloc(START_BYTES);
    return looksLikeProofFile(start.toString('utf8', 0, readSync(fd, start, 0, START_BYTES, 0)));
  } finally {
    closeSync(fd);
  }
}

/** A proof is of one moment: there is no history to compare with. */
async function verifyProof(place: string, options: LedgerVerifyArguments, trustFor: TrustFor): Promise<number> {
  if (options.checkpoint !== undefined || options.trustOnFirstUse === true) {
    throw UsageError.of('a proof of one entry goes with --key, and without --checkpoint and --trust-on-first-use');
  }
  const text = Buffer.from(readSmallFile(place, ledgerLimits.maxProofFileBytes)).toString('utf8');
  const trust = await trustFor(() => Promise.resolve([]));
  const verified = verifyProofFile(text, trust, { checks: nodeChecks });
  const report = proofReport(place, verified);
  const rendered =
    options.format === 'json' ? `${jsonText(report, 2)}\n` : renderProof(report, streamTheme(process.stdout));
  await writeStream(process.stdout, [rendered]);
  if (options.saveCheckpoint !== undefined) writeAtomically(options.saveCheckpoint, [verified.note]);
  return 0;
}
