import { CodedError, type Detail, type ErrorRow, titledRow } from '../bytes/errors.ts';

const row = (title: string, httpStatus: number, hint?: string): ErrorRow<Detail> =>
  titledRow(title, { httpStatus, exitCode: 2, hint });

const RESTORE =
  'find out who changed the records; restore a backup; or go on with --accept-restored-ledger, which is itself recorded';
const AGAIN = 'try again in a moment';

/** Everything that the store refuses or fails at. Codes are stable. */
const storeErrors = {
  // A change that was not made.
  'record-exists': row('there is such a record already', 409),
  'record-referenced': row('the record belongs to another that is not there, or another still needs it', 409),
  'statement-failed': row('a statement failed', 500),
  'change-too-slow': row('the change took too long and was undone', 503, AGAIN),
  'change-over': row('the change is over', 500, 'use what a change was given only until it returns'),
  'records-unreachable': row('the records cannot be reached', 503, AGAIN),
  'store-busy': row('too many changes wait', 503, AGAIN),
  'store-conflict': row('other changes got in the way each time', 503, AGAIN),
  'store-failed': row('the change could not be made durable', 503, 'look at the disk or the database, then try again'),
  'outcome-unknown': row(
    'nobody can say whether the change was made',
    503,
    'look whether it was, before you repeat it',
  ),
  'store-closed': row('the store is closed', 503),
  // A store that cannot be opened.
  'folder-locked': row('the data folder is in use', 503, 'stop the other process, or name another folder with --data'),
  'folder-open': row('others may look into the data folder', 500, 'chmod 700 the folder'),
  'folder-unusable': row('cannot use the data folder', 500),
  'records-damaged': row(
    'the records are damaged',
    500,
    'restore a backup; keep the damaged file, for it may tell what happened',
  ),
  'database-unreachable': row('cannot reach the database', 503),
  'database-locked': row('another process does not end its migration', 503),
  'schema-newer': row('the database is of a newer version', 500, 'run the version that wrote it, or a newer one'),
  'schema-differs': row(
    'the database was made by other migrations',
    500,
    'restore a backup, or run the version that wrote it',
  ),
  // The ledger.
  'entry-unknown': row('there is no such entry', 404),
  'checkpoint-unknown': row('no checkpoint of this size was signed', 404, 'ask for the checkpoints there are'),
  'tile-unknown': row('there is no such tile', 404),
  'export-unknown': row('there is no such export', 404, 'wait until its job is done, or make a new one'),
  'cursor-invalid': row('not a place in a list', 400, 'use the value of next as it was given'),
  'ledger-unsigned': row('the ledger has no key to sign with', 503),
  'ledger-keys-missing': row(
    'keys of the ledger are missing, and it has entries that were signed with them',
    500,
    'put the folder of keys back; servers and workers that share records need the same keys',
  ),
  'ledger-keys-differ': row(
    'the ledger was signed with other keys',
    500,
    'put those keys back, or, after a change of keys, name the verifier keys of the former in ledger.formerKeys',
  ),
  'ledger-damaged': row('the ledger is damaged', 500, RESTORE),
  'ledger-rolled-back': row('the ledger is shorter than it was', 500, RESTORE),
  'ledger-forked': row('the ledger is not the one that was signed before', 500, RESTORE),
  'migration-failed': row('a migration failed and was undone', 500),
} as const;

export type StoreErrorCode = keyof typeof storeErrors;

/** Why records were not read, written or opened. */
export class StoreError extends CodedError {
  declare readonly code: StoreErrorCode;

  static of(code: StoreErrorCode, detail: string, cause?: unknown): StoreError {
    return new StoreError(code, storeErrors[code], { detail }, cause);
  }
}

/** For the pages that explain them. */
export const storeErrorCodes = Object.keys(storeErrors) as readonly StoreErrorCode[];
