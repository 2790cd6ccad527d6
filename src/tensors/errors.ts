import { CodedError, type ErrorRow } from '../bytes/errors.ts';

const row = <Data>(message: (data: Data) => string, hint?: string): ErrorRow<Data> => ({
  message,
  ...(hint === undefined ? {} : { hint }),
  exitCode: 1,
  httpStatus: 422,
});

/** Why no tensors can be read from a file as a whole. What is wrong with single tensors is a `RefusedTensor`. */
const tensorErrors = {
  'no-reader': row(
    (d: { path: string; format: string }) => `${d.path}: tensors cannot be read from ${d.format}`,
    'vouchsafe inspect shows what the file holds',
  ),
  'no-tensors': row((d: { path: string }) => `${d.path} holds no tensors`),
  /** The same bytes are read differently by different loaders, so nobody can say which tensors they are. */
  ambiguous: row(
    (d: { path: string; detail: string }) => `${d.path} means different things to different loaders: ${d.detail}`,
    'vouchsafe scan shows the places; rebuild the file with the program that wrote it',
  ),
  /** A file contradicts itself: a record of another size than its header says, a view outside its storage. */
  inconsistent: row((d: { path: string; detail: string }) => `${d.path} contradicts itself: ${d.detail}`),
} as const;

export type TensorErrorCode = keyof typeof tensorErrors;
type TensorErrorData<Code extends TensorErrorCode> = Parameters<(typeof tensorErrors)[Code]['message']>[0];

export class TensorError extends CodedError {
  static of<Code extends TensorErrorCode>(code: Code, data: TensorErrorData<Code>, cause?: unknown): TensorError {
    return new TensorError(code, tensorErrors[code], data, cause);
  }
}
