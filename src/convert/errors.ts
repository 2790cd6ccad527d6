import { CodedError, type ErrorRow } from '../bytes/errors.ts';

const row = <Data>(message: (data: Data) => string, hint?: string, exitCode: 1 | 2 = 1): ErrorRow<Data> => ({
  message,
  ...(hint === undefined ? {} : { hint }),
  exitCode,
  httpStatus: exitCode === 1 ? 422 : 500,
});

/** Tensors named in one message; the rest is counted, and listed by `--dry-run --format json`. */
const MAX_NAMED = 10;

interface Named {
  readonly name: string;
  readonly code: string;
  readonly detail: string;
}

/** A name with a line end in it would begin a line of its own, which could say anything. */
function oneLine(name: string): string {
  return name.replaceAll(/[\r\n\u2028\u2029]/g, (end) => JSON.stringify(end).slice(1, -1));
}

/** One line for each of the first tensors. */
function listed(all: readonly Named[]): string {
  const lines = all
    .slice(0, MAX_NAMED)
    .map(({ name, code, detail }) => `  ${oneLine(name)}: ${code} (${oneLine(detail)})`);
  const left = all.length - lines.length;
  return [...lines, ...(left > 0 ? [`  and ${left} more`] : [])].join('\n');
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}

/** Why a conversion is refused or failed. Codes are stable: scripts depend on them. */
const convertErrors = {
  'tensors-refused': row(
    (d: { refused: readonly Named[] }) =>
      `${d.refused.length} ${d.refused.length === 1 ? 'tensor' : 'tensors'} cannot be converted:\n${listed(d.refused)}`,
    '--exclude leaves tensors out by name, --allow-partial all of these; the record then says so',
  ),
  'nothing-to-convert': row((d: { what: string }) => `${d.what} holds no tensors to convert`),
  'name-clash': row(
    (d: { name: string; one: string; other: string }) =>
      `${d.one} and ${d.other} both hold a tensor ${oneLine(d.name)}`,
    'give a folder as output to convert each file on its own',
  ),
  'output-clash': row(
    (d: { one: string; other: string; output: string }) => `${d.one} and ${d.other} would both become ${d.output}`,
  ),
  'metadata-clash': row(
    (d: { key: string }) => `the sources disagree on the metadata ${oneLine(d.key)}`,
    'settle it with --metadata key=value',
  ),
  'metadata-invalid': row((d: { key: string }) => `the metadata ${d.key} is no well-formed text`),
  /** MAX_HEADER_SIZE of the reference: no reader would take the file. */
  'header-too-large': row(
    (d: { output: string; bytes: number; allowed: number }) =>
      `${d.output} would need a header of ${d.bytes} bytes, ${d.allowed} are allowed`,
    '--max-shard-size spreads the tensors over several files',
  ),
  'amplification-exceeded': row(
    (d: { written: number; held: number; allowed: number }) =>
      `${d.written} bytes would be written from ${d.held} in the source, more than ${d.allowed} times as many`,
    'overlapping or repeated views do that; --max-amplification allows more',
  ),
  'ties-incomplete': row(
    (d: { names: readonly string[] }) =>
      `${d.names.slice(0, MAX_NAMED).map(oneLine).join(', ')} share memory and none of them covers all of it`,
    'leave out --dedupe: every name is then kept with bytes of its own',
  ),
  'index-invalid': row(
    (d: { path: string; detail: string }) => `${d.path} is no index of weights: ${oneLine(d.detail)}`,
  ),
  'verdict-reached': row(
    (d: { path: string; verdict: string; threshold: string }) =>
      `${d.path} is ${d.verdict}, and --fail-on ${d.threshold} asks to stop there; nothing was written`,
  ),
  'checksum-mismatch': row(
    (d: { path: string; member: string; found: number; expected: number }) =>
      `${d.path}: ${oneLine(d.member)} has the CRC-32 ${hex(d.found)}, its header says ${hex(d.expected)}`,
    'the file was damaged or changed after it was written; get it again',
  ),
  'source-changed': row(
    (d: { path: string; change: string }) => `${d.path} changed while it was converted: ${d.change}`,
    undefined,
    2,
  ),
  'output-exists': row((d: { path: string }) => `${d.path} exists`, '--force replaces it', 2),
  'backup-exists': row(
    (d: { path: string }) => `${d.path} exists, where what goes would be moved to`,
    'move it away, or use --delete-originals',
    2,
  ),
  'output-is-input': row(
    (d: { path: string }) => `${d.path} is a source of this conversion or holds one`,
    '--in-place converts a folder where it is',
    2,
  ),
  'output-busy': row(
    (d: { path: string; pid: number }) => `process ${d.pid} is converting into ${d.path}`,
    undefined,
    2,
  ),
  'no-space': row(
    (d: { path: string; needed: number; available: number }) =>
      `${d.path}: ${d.needed} bytes are needed, ${d.available} are free`,
    undefined,
    2,
  ),
  'journal-invalid': row(
    (d: { path: string; detail: string }) => `${d.path} is no journal of an unfinished conversion: ${d.detail}`,
    'remove the folder that it is in',
    2,
  ),
  'record-invalid': row(
    (d: { path: string; detail: string }) => `${d.path} is no conversion record: ${d.detail}`,
    undefined,
    2,
  ),
} as const;

type ConvertErrorCode = keyof typeof convertErrors;
type ConvertErrorData<Code extends ConvertErrorCode> = Parameters<(typeof convertErrors)[Code]['message']>[0];

export class ConvertError extends CodedError {
  static of<Code extends ConvertErrorCode>(code: Code, data: ConvertErrorData<Code>, cause?: unknown): ConvertError {
    return new ConvertError(code, convertErrors[code], data, cause);
  }
}
