import { CodedError, type ErrorRow } from '../../bytes/errors.ts';

/** Why nothing was counted. Whoever asked for an allowance did not get it. */
const counterErrors = {
  'counters-unavailable': {
    message: (d: { reason: string }) => `cannot count what is limited: ${d.reason}`,
    hint: 'try again; if it stays so, look at Redis',
    exitCode: 2,
    httpStatus: 503,
  },
  'counters-full': {
    message: (d: { maxKeys: number }) => `all ${d.maxKeys} counters are in use`,
    hint: 'try again later; counters in Redis have no such limit',
    exitCode: 2,
    httpStatus: 503,
  },
} as const satisfies Record<string, ErrorRow<never>>;

export type CounterErrorCode = keyof typeof counterErrors;
type CounterErrorData<Code extends CounterErrorCode> = Parameters<(typeof counterErrors)[Code]['message']>[0];

export class CounterError extends CodedError {
  declare readonly code: CounterErrorCode;

  static of<Code extends CounterErrorCode>(code: Code, data: CounterErrorData<Code>, cause?: unknown): CounterError {
    return new CounterError(code, counterErrors[code], data, cause);
  }
}
