import { CodedError, type ErrorRow } from '../bytes/errors.ts';
import { reasonOf } from './reason.ts';

const writeRow: ErrorRow<{ file: string; reason: string }> = {
  message: (d) => `cannot write ${d.file}: ${d.reason}`,
  exitCode: 2,
  httpStatus: 500,
};

/** A result that cannot be written is a run that failed; what was there before is still there. */
export class WriteError extends CodedError {
  static of(file: string, cause: unknown): WriteError {
    return new WriteError('unwritable', writeRow, { file, reason: reasonOf(cause) }, cause);
  }
}
