import { CodedError, type Detail, type ErrorRow, titledRow } from '../bytes/errors.ts';

/** Something is not as the log recorded or signed it: exit 1. */
const refused = (title: string, hint?: string): ErrorRow<Detail> =>
  titledRow(title, { httpStatus: 422, exitCode: 1, hint });

/** The work cannot be done with what was given: exit 2. */
const unable = (title: string, httpStatus: number, hint?: string): ErrorRow<Detail> => ({
  ...refused(title, hint),
  exitCode: 2,
  httpStatus,
});

const CHANGED = 'ask whoever keeps the ledger for what was recorded: its hash is in the tree';
const CUT = 'ask whoever keeps the ledger for the whole of it';
const EVIDENCE = 'keep both checkpoints: together they prove it';

/** Everything that recording and checking refuse. Codes are stable: scripts and tests rely on them. */
const ledgerErrors = {
  // What is recorded.
  'entry-invalid': refused('not a ledger entry'),
  'entry-too-large': refused('the entry is too large', 'keep large evidence as a blob, and record its digest'),
  'opening-invalid': refused('the value is not the one that was committed to'),
  // Documents of the log.
  malformed: refused('not well formed'),
  'proof-invalid': refused('the proof does not hold'),
  'unknown-key': refused('no signature by a trusted key', 'name the verifier key of the log with --key'),
  'signature-invalid': refused('a signature does not verify'),
  'origin-mismatch': refused('the checkpoint is of another log'),
  'quorum-unmet': refused('too few witnesses vouch for the checkpoint'),
  // What is wrong with an export.
  'entry-edited': refused('an entry was changed', CHANGED),
  'entry-deleted': refused('an entry is missing', CHANGED),
  'entry-inserted': refused('an entry was put in', CHANGED),
  'entries-reordered': refused('entries are not in the order in which they were recorded', CHANGED),
  'entry-withheld': refused('the content of an entry is missing, and no retention on record covers it', CHANGED),
  'history-rewritten': refused('the entries are not those the checkpoint was signed for', CHANGED),
  'checkpoint-misplaced': refused('a checkpoint is not where its size puts it', CHANGED),
  'tile-mismatch': refused('a tile does not hold the hashes of the entries below it'),
  truncated: refused('the end is missing', CUT),
  fork: refused('the log shows two histories', EVIDENCE),
  rollback: refused('the log is shorter than it was', EVIDENCE),
  // Means.
  'key-unreadable': unable('cannot use the key', 400),
  'key-permissions': unable('the private key can be read by others', 400, 'chmod 600 the file'),
  'trust-missing': unable('nothing to trust was named', 400, 'name the verifier key of the log with --key'),
  'size-limit': unable('too large', 413),
  unreachable: unable('cannot read the log', 502),
  'witness-failed': unable('the witness did not cosign', 502),
  'state-unreadable': unable('cannot use the state of the witness', 500),
} as const;

export type LedgerErrorCode = keyof typeof ledgerErrors;

/** Why something was not recorded, not signed or not accepted. */
export class LedgerError extends CodedError {
  declare readonly code: LedgerErrorCode;

  static of(code: LedgerErrorCode, detail: string, cause?: unknown): LedgerError {
    return new LedgerError(code, ledgerErrors[code], { detail }, cause);
  }
}

/** For the test that holds the documentation and this table together. */
export const ledgerErrorCodes = Object.keys(ledgerErrors) as readonly LedgerErrorCode[];
