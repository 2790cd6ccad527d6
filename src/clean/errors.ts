import { CodedError, type ErrorRow } from '../bytes/errors.ts';

const row = <Data>(message: (data: Data) => string, hint?: string): ErrorRow<Data> => ({
  message,
  ...(hint === undefined ? {} : { hint }),
  exitCode: 1,
  httpStatus: 422,
});

/** Why a file was not cleaned. Nothing of it is written then. */
const cleanErrors = {
  /** What is dangerous there is the content itself, so that nothing would be left. */
  'not-cleanable': row(
    (d: { path: string; format: string; found: string; instead: string }) =>
      `${d.path} (${d.format}) cannot be cleaned: ${d.found}; ${d.instead}`,
  ),
  'no-remedy': row(
    (d: { path: string; found: string }) => `${d.path} holds what cannot be taken out safely: ${d.found}`,
    'read the place; remove it by hand, or accept it in a policy file if it is yours',
  ),
  'not-understood': row(
    (d: { path: string; found: string }) =>
      `${d.path} was not understood, so nobody can say that it is clean: ${d.found}`,
    'get the file again from its publisher',
  ),
  'needs-template': row(
    (d: { path: string }) => `${d.path} is a poisoned chat template, and nothing was given to take its place`,
    'choose one with --template NAME, or leave the file out',
  ),
  'code-cell': row(
    (d: { path: string; found: string }) =>
      `${d.path} has code cells that download or decode what they run: ${d.found}`,
    '--drop-cells removes them',
  ),
  /** The guard behind every edit: what was meant to stay did not, or something else came. */
  'structure-changed': row(
    (d: { path: string; detail: string }) => `${d.path} would not be the same without its dangerous parts: ${d.detail}`,
    'remove the parts by hand',
  ),
  ambiguous: row(
    (d: { path: string; detail: string }) => `${d.path} is read differently by different programs: ${d.detail}`,
    'write the file again with the program it comes from',
  ),
  'other-name': row(
    (d: { path: string; found: string }) =>
      `under the name ${d.path} it is read otherwise, and is not clean: ${d.found}`,
    'keep the name of the file, or at least its ending',
  ),
  'too-large': row(
    (d: { path: string; size: number; allowed: number }) =>
      `${d.path} has ${d.size} bytes, and such a file is cleaned in memory: ${d.allowed} are allowed`,
  ),
  'too-many-changes': row(
    (d: { path: string; allowed: number }) => `${d.path} would need more than ${d.allowed} changes`,
    'what is poisoned so thoroughly is better replaced',
  ),
  'outside-link': row(
    (d: { path: string; target: string }) => `${d.path} links to ${d.target}, outside of the folder`,
    'copy the file into the folder, or clean what the link leads to',
  ),
  unreadable: row((d: { path: string; reason: string }) => `${d.path} cannot be read: ${d.reason}`),
} as const;

export type CleanErrorCode = keyof typeof cleanErrors;
type CleanErrorData<Code extends CleanErrorCode> = Parameters<(typeof cleanErrors)[Code]['message']>[0];

export class CleanError extends CodedError {
  static of<Code extends CleanErrorCode>(code: Code, data: CleanErrorData<Code>, cause?: unknown): CleanError {
    return new CleanError(code, cleanErrors[code], data, cause);
  }
}
