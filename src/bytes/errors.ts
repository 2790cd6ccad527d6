/** One row of an error table: what a code means, what to do about it, and how it leaves the process. */
export interface ErrorRow<Data> {
  readonly message: (data: Data) => string;
  readonly hint?: string;
  /** Exit code of the command line: 1 "not clean", 2 "could not run". */
  readonly exitCode: 1 | 2;
  readonly httpStatus: number;
}

/** What the rows of most tables are rendered with. */
export interface Detail {
  readonly detail: string;
}

/** A row whose message is a title, and the detail where there is one. */
export function titledRow(
  title: string,
  {
    hint,
    exitCode,
    httpStatus,
  }: Pick<ErrorRow<Detail>, 'exitCode' | 'httpStatus'> & { readonly hint: string | undefined },
): ErrorRow<Detail> {
  return {
    message: ({ detail }) => (detail === '' ? title : `${title}: ${detail}`),
    ...(hint === undefined ? {} : { hint }),
    exitCode,
    httpStatus,
  };
}

/** Every error Vouchsafe raises on purpose: a stable `code`, a rendered message, and the data behind it. */
export class CodedError extends Error {
  readonly code: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly hint: string | undefined;
  readonly exitCode: 1 | 2;
  readonly httpStatus: number;

  constructor(code: string, row: ErrorRow<never>, data: object, cause?: unknown) {
    super(row.message(onOneLine(data) as never), cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.data = data as Readonly<Record<string, unknown>>;
    this.hint = row.hint;
    this.exitCode = row.exitCode;
    this.httpStatus = row.httpStatus;
  }
}

const LINE_END = /[\r\n]/;

/** The same data with line ends spelled out: the name of a file must not end a line of a message and write the next one. */
function onOneLine(data: object): object {
  if (!Object.values(data).some((value) => typeof value === 'string' && LINE_END.test(value))) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      typeof value === 'string' ? value.replaceAll('\n', '\\n').replaceAll('\r', '\\r') : (value as unknown),
    ]),
  );
}

const formatRow = <Data>(message: (data: Data) => string): ErrorRow<Data> => ({
  message,
  exitCode: 1,
  httpStatus: 422,
});

/** What can be wrong with bytes somebody gave us. Offsets are in bytes from the start of the source being parsed. */
const formatErrors = {
  truncated: formatRow(
    (d: { wanted: number; offset: number; size: number }) =>
      `expected ${d.wanted} bytes at offset ${d.offset}, file ends at ${d.size}`,
  ),
  malformed: formatRow(
    (d: { expected: string; found: string; offset: number }) =>
      `expected ${d.expected} at offset ${d.offset}, found ${d.found}`,
  ),
  unsupported: formatRow(
    (d: { feature: string; offset: number }) => `${d.feature} at offset ${d.offset} is not supported`,
  ),
  encrypted: formatRow((d: { what: string; offset: number }) => `${d.what} at offset ${d.offset} is encrypted`),
} as const;

export type FormatErrorCode = keyof typeof formatErrors;
type FormatErrorData<Code extends FormatErrorCode> = Parameters<(typeof formatErrors)[Code]['message']>[0];

/** Hostile or damaged content. At the scan boundary it becomes a finding, never a crash. */
export class FormatError extends CodedError {
  static of<Code extends FormatErrorCode>(code: Code, data: FormatErrorData<Code>, cause?: unknown): FormatError {
    return new FormatError(code, formatErrors[code], data, cause);
  }

  get offset(): number {
    return Number(this.data['offset']);
  }
}

const limitRow: ErrorRow<{ limit: string; allowed: number; found: number | string }> = {
  message: (d) => `limit ${d.limit} reached: ${d.allowed} allowed, ${d.found} found`,
  hint: 'raise the limit in the policy file if the file is expected to be this large',
  exitCode: 1,
  httpStatus: 413,
};

/** A named limit was reached: what follows was not examined, so the artifact cannot be called clean. */
export class LimitError extends CodedError {
  static of(limit: string, allowed: number, found: number | string): LimitError {
    return new LimitError('limit-exceeded', limitRow, { limit, allowed, found });
  }
}

const readRow: ErrorRow<{ what: string; reason: string }> = {
  message: (d) => `cannot read ${d.what}: ${d.reason}`,
  exitCode: 2,
  httpStatus: 502,
};

/** The medium failed (permission, disk, network); says nothing about the content. */
export class ReadError extends CodedError {
  static of(what: string, reason: string, cause?: unknown): ReadError {
    return new ReadError('unreadable', readRow, { what, reason }, cause);
  }
}
