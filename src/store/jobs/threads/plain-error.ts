import { CodedError } from '../../../bytes/errors.ts';

/** An error as it goes from thread to thread. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly code: string | null;
  /** Ours: its message may be shown. */
  readonly isCoded: boolean;
}

export function plainOf(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), code: null, isCoded: false };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  return { name: error.name, message: error.message, code, isCoded: error instanceof CodedError };
}

export function errorOf({ name, message, code, isCoded }: PlainError): Error {
  if (isCoded && code !== null)
    return new CodedError(code, { message: () => message, exitCode: 2, httpStatus: 500 }, {});
  return Object.assign(new Error(message), { name }, code === null ? {} : { code });
}
