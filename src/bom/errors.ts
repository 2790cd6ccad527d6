import { CodedError, type ErrorRow } from '../bytes/errors.ts';

const row = <Data>(message: (data: Data) => string, hint?: string, exitCode: 1 | 2 = 1): ErrorRow<Data> => ({
  message,
  ...(hint === undefined ? {} : { hint }),
  exitCode,
  httpStatus: 422,
});

/** Why there is no bill of materials. One that leaves a file out in silence would be worse than none. */
const bomErrors = {
  /** A file that cannot be read has no digest, so the list would not be complete. */
  'file-unreadable': row((d: { path: string; reason: string }) => `${d.path} cannot be listed: ${d.reason}`),
  'no-files': row((d: { path: string }) => `${d.path} holds no file to list`, undefined, 2),
  /** The signature speaks of other bytes than those that are there. */
  'digest-mismatch': row(
    (d: { signature: string; signed: string; computed: string }) =>
      `${d.signature} signs other files: root digest ${d.signed}, found ${d.computed}`,
    'vouchsafe verify names the files that differ',
  ),
  'signature-unreadable': row((d: { signature: string; reason: string }) => `${d.signature}: ${d.reason}`),
  /** Read once for its digest and once for what it says, with different content. */
  changed: row((d: { path: string }) => `${d.path} changed while it was read`, 'run it again when nobody writes there'),
  'schema-violation': row(
    (d: { file: string; schema: string; problems: readonly string[] }) =>
      `${d.file} is not valid ${d.schema}:\n${d.problems.map((one) => `  ${one}`).join('\n')}`,
  ),
  'not-a-bom': row((d: { file: string; reason: string }) => `${d.file} is no bill of materials: ${d.reason}`),
  /** A new file in a signed or listed folder changes what its digest covers. */
  'output-inside': row(
    (d: { file: string; allowed: string }) => `${d.file} would become a part of the model it describes`,
    'the names model.cdx.json and model.spdx.json are left out of the root digest; or write it elsewhere',
    2,
  ),
  /** A link that came with the model would have any file of this machine written over. */
  'output-no-file': row(
    (d: { file: string }) => `${d.file} is a link or another thing that came with the model, not a file to replace`,
    'remove it, or write the document elsewhere',
    2,
  ),
} as const;

export type BomErrorCode = keyof typeof bomErrors;
type BomErrorData<Code extends BomErrorCode> = Parameters<(typeof bomErrors)[Code]['message']>[0];

export class BomError extends CodedError {
  static of<Code extends BomErrorCode>(code: Code, data: BomErrorData<Code>, cause?: unknown): BomError {
    return new BomError(code, bomErrors[code], data, cause);
  }
}
