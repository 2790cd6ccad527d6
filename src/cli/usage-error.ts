import { CodedError, type ErrorRow } from '../bytes/errors.ts';

const usageRow: ErrorRow<{ message: string }> = { message: (d) => d.message, exitCode: 2, httpStatus: 400 };

/** The command line asks for something that makes no sense. */
export class UsageError extends CodedError {
  static of(message: string): UsageError {
    return new UsageError('usage', usageRow, { message });
  }
}
