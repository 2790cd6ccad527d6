import { CodedError, type ErrorRow } from '../bytes/errors.ts';

/** One thing wrong with a configuration file; line and column count from 1. */
export interface ConfigProblem {
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}

interface ConfigErrorData {
  readonly file: string;
  readonly problems: readonly ConfigProblem[];
}

const configRow: ErrorRow<ConfigErrorData> = {
  message: ({ file, problems }) =>
    problems
      .map(({ message, line, column }) => `${file}${line === undefined ? '' : `:${line}:${column ?? 1}`}: ${message}`)
      .join('\n'),
  exitCode: 2,
  httpStatus: 400,
};

/** A policy or baseline file that cannot be obeyed to the letter; running without it would be guessing. */
export class ConfigError extends CodedError {
  static of(data: ConfigErrorData, cause?: unknown): ConfigError {
    return new ConfigError('invalid-configuration', configRow, data, cause);
  }
}
