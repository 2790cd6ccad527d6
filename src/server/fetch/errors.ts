import { CodedError, type ErrorRow } from '../../bytes/errors.ts';

interface Detail {
  /** Scheme, host and port only: paths may hold secrets. */
  readonly origin: string;
  readonly reason: string;
}

const row = (title: string, hint?: string): ErrorRow<Detail> => ({
  message: (d) => `${title} ${d.origin}: ${d.reason}`,
  ...(hint === undefined ? {} : { hint }),
  exitCode: 2,
  httpStatus: 502,
});

/** Why something outside was not fetched. */
const fetchErrors = {
  'fetch-refused': row('will not call', 'fetch.allowNetworks in the configuration names networks that may be called'),
  'fetch-failed': row('cannot reach'),
  'fetch-too-slow': row('waited too long for'),
  'fetch-too-large': row('got too much from'),
  'fetch-redirected': row('will not follow'),
} as const;

export type FetchErrorCode = keyof typeof fetchErrors;

/** Something outside could not be fetched, or must not be. */
export class FetchError extends CodedError {
  declare readonly code: FetchErrorCode;

  static of(code: FetchErrorCode, { origin }: URL, reason: string, cause?: unknown): FetchError {
    return new FetchError(code, fetchErrors[code], { origin, reason }, cause);
  }
}

/** For the pages that explain them. */
export const fetchErrorCodes = Object.keys(fetchErrors) as readonly FetchErrorCode[];
