import { CodedError, type ErrorRow } from '../../bytes/errors.ts';

const row = <Data>(
  message: (data: Data) => string,
  rest: { readonly httpStatus: number; readonly hint?: string },
): ErrorRow<Data> => ({ message, exitCode: 2, ...rest });

/** What can go wrong with blobs. */
const blobErrors = {
  'digest-malformed': row(
    (d: { found: string }) => `expected sha256: and 64 hexadecimal digits, found ${d.found.slice(0, 80)}`,
    { httpStatus: 400 },
  ),
  'blob-missing': row((d: { digest: string }) => `there is no blob ${d.digest}`, { httpStatus: 404 }),
  'blob-too-long': row((d: { maxBytes: number }) => `expected at most ${d.maxBytes} bytes, found more`, {
    httpStatus: 413,
  }),
  'digest-mismatch': row((d: { expected: string; found: string }) => `expected ${d.expected}, found ${d.found}`, {
    httpStatus: 422,
    hint: 'the content changed on its way, or the digest is that of something else; nothing was stored',
  }),
  'range-invalid': row(
    (d: { start: number; end: number; bytes: number }) =>
      `expected a range within 0 to ${d.bytes}, found ${d.start} to ${d.end}`,
    { httpStatus: 416 },
  ),
  'blob-damaged': row((d: { digest: string; reason: string }) => `blob ${d.digest} is damaged: ${d.reason}`, {
    httpStatus: 500,
    hint: 'restore it from a backup; putting the same content again replaces it',
  }),
  'blobs-unsafe': row((d: { path: string; reason: string }) => `will not use ${d.path}: ${d.reason}`, {
    httpStatus: 500,
  }),
  'blobs-foreign': row(
    (d: { orphans: number; blobs: number }) => `${d.orphans} of ${d.blobs} blobs are named by nothing in these records`,
    {
      httpStatus: 500,
      hint: 'nothing was removed: look whether the store of blobs is that of these records, or of another installation',
    },
  ),
  'blobs-unconfigured': row((d: { reason: string }) => `the store of blobs cannot be used: ${d.reason}`, {
    httpStatus: 500,
  }),
  'blobs-full': row(
    (d: { operation: string; reason: string }) => `the store of blobs did not ${d.operation}: ${d.reason}`,
    { httpStatus: 507, hint: 'make room, then try again; nothing was stored' },
  ),
  'blobs-unavailable': row(
    (d: { operation: string; reason: string }) => `the store of blobs did not ${d.operation}: ${d.reason}`,
    { httpStatus: 503, hint: 'try again; if it stays so, look at the store of blobs' },
  ),
} as const;

export type BlobErrorCode = keyof typeof blobErrors;
type BlobErrorData<Code extends BlobErrorCode> = Parameters<(typeof blobErrors)[Code]['message']>[0];

/** Why a blob was not stored, read or found. */
export class BlobError extends CodedError {
  declare readonly code: BlobErrorCode;

  static of<Code extends BlobErrorCode>(code: Code, data: BlobErrorData<Code>, cause?: unknown): BlobError {
    return new BlobError(code, blobErrors[code], data, cause);
  }
}
