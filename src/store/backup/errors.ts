import { CodedError, type Detail, type ErrorRow, titledRow } from '../../bytes/errors.ts';

const row = (title: string, hint?: string): ErrorRow<Detail> =>
  titledRow(title, { httpStatus: 500, exitCode: 2, hint });

/** Why nothing was backed up or restored. */
const backupErrors = {
  'nothing-to-back-up': row(
    'there are no records',
    'name the data folder with --data; records in PostgreSQL are backed up with pg_dump',
  ),
  'keys-elsewhere': row(
    'there are no keys to back up',
    'copy the folder that keys names in the configuration yourself, and leave --with-keys out',
  ),
  'place-taken': row('there is something already', 'name a folder that does not exist, or is empty'),
  'backup-malformed': row('not a backup, or not a whole one'),
  'backup-differs': row('the backup is not what was backed up', 'use another copy of it'),
} as const;

export type BackupErrorCode = keyof typeof backupErrors;

export class BackupError extends CodedError {
  declare readonly code: BackupErrorCode;

  static of(code: BackupErrorCode, detail: string, cause?: unknown): BackupError {
    return new BackupError(code, backupErrors[code], { detail }, cause);
  }
}
