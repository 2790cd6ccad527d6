import { CodedError, type ErrorRow } from '../bytes/errors.ts';

interface RowOptions {
  readonly hint?: string;
  /** 1: what was given is refused; 2: the request cannot be carried out. */
  readonly exitCode?: 1 | 2;
  readonly httpStatus?: number;
}

function row<Data>(message: (data: Data) => string, options: RowOptions = {}): ErrorRow<Data> {
  const { hint, exitCode = 1, httpStatus = 422 } = options;
  return { message, exitCode, httpStatus, ...(hint === undefined ? {} : { hint }) };
}

/** Why something cannot be sealed, opened or rewrapped. No row takes a key, a passphrase or a token. */
const sealErrors = {
  'not-sealed': row((d: { found: string }) => `expected an age file, found ${d.found}`),
  'header-malformed': row((d: { detail: string }) => `the header is malformed: ${d.detail}`),
  /** The file key was unwrapped, but the header is not the one that its writer made. */
  'header-mac': row(() => 'the header was changed: its authentication code is wrong'),
  'armor-malformed': row((d: { detail: string }) => `the ASCII armor is malformed: ${d.detail}`),
  'payload-corrupt': row((d: { chunk: number }) => `bytes were changed: chunk ${d.chunk} does not authenticate`, {
    hint: 'fetch the file again from where it was sealed',
  }),
  'payload-truncated': row(
    (d: { size: number }) =>
      `the file was cut off, or its end was changed: no valid last chunk after ${d.size} bytes of payload`,
    { hint: 'fetch the file again from where it was sealed' },
  ),
  'payload-trailing': row(
    (d: { chunk: number }) => `something was appended: chunk ${d.chunk} is the last, and more follows`,
  ),
  'no-match': row(() => 'none of the given identities opens this file', {
    hint: 'it was sealed to other recipients; -i FILE, --passphrase, --kms and --vault-key name identities',
  }),
  'limit-exceeded': row(
    (d: { limit: string; allowed: number; found: number | string }) =>
      `limit ${d.limit} reached: ${d.allowed} allowed, ${d.found} found`,
  ),
  'recipient-invalid': row(
    (d: { recipient: string; reason: string }) => `${d.recipient} is no recipient: ${d.reason}`,
    {
      exitCode: 2,
      httpStatus: 400,
      hint: 'a recipient starts with age1; vouchsafe keygen seal makes one',
    },
  ),
  /** The text itself is a secret and never shown. */
  'identity-invalid': row((d: { where: string; reason: string }) => `${d.where} holds no identity: ${d.reason}`, {
    exitCode: 2,
    httpStatus: 400,
  }),
  'key-permissions': row((d: { file: string }) => `${d.file} holds a secret, and others than its owner may use it`, {
    exitCode: 2,
    httpStatus: 500,
    hint: 'chmod 600 FILE, or give it through a pipe',
  }),
  'recipients-missing': row(() => 'nobody could open the result: no recipient is given', {
    exitCode: 2,
    httpStatus: 400,
    hint: 'name one with -r, -R, --passphrase, --kms or --vault-key',
  }),
  'recipients-mixed': row((d: { detail: string }) => d.detail, { exitCode: 2, httpStatus: 400 }),
  'post-quantum-unavailable': row(() => 'this Node has no ML-KEM-768', {
    exitCode: 2,
    httpStatus: 501,
    hint: 'Node 24.7 and later, built with OpenSSL 3.5, have it',
  }),
  'provider-unconfigured': row(
    (d: { provider: string; detail: string }) => `${d.provider} cannot be used: ${d.detail}`,
    {
      exitCode: 2,
      httpStatus: 500,
    },
  ),
  'provider-failed': row((d: { provider: string; detail: string }) => `${d.provider} failed: ${d.detail}`, {
    exitCode: 2,
    httpStatus: 502,
  }),
  'index-malformed': row((d: { detail: string }) => `the index of the sealed folder is malformed: ${d.detail}`),
  'folder-changed': row((d: { problems: string }) => `the folder is not what was sealed: ${d.problems}`),
  'tensor-missing': row(
    (d: { name: string; reason: string }) => `the tensor ${d.name} cannot be taken out: ${d.reason}`,
    {
      exitCode: 2,
      httpStatus: 404,
      hint: 'vouchsafe tensors lists what a file holds',
    },
  ),
  'range-invalid': row(
    (d: { start: number; end: number; size: number }) =>
      `bytes ${d.start} to ${d.end} are asked for, the content has ${d.size}`,
    { exitCode: 2, httpStatus: 416 },
  ),
} as const;

export type SealErrorCode = keyof typeof sealErrors;
type SealErrorData<Code extends SealErrorCode> = Parameters<(typeof sealErrors)[Code]['message']>[0];

/** Everything the sealing of files raises on purpose. */
export class SealError extends CodedError {
  static of<Code extends SealErrorCode>(code: Code, data: SealErrorData<Code>, cause?: unknown): SealError {
    return new SealError(code, sealErrors[code], data ?? {}, cause);
  }
}
