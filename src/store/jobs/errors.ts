import { CodedError, type ErrorRow } from '../../bytes/errors.ts';

const jobErrors = {
  'job-missing': {
    message: (d: { id: string }) => `there is no job ${d.id}`,
    exitCode: 2,
    httpStatus: 404,
  },
  'job-not-failed': {
    message: (d: { id: string; state: string }) => `expected job ${d.id} to have failed, found it ${d.state}`,
    hint: 'only what failed is run again',
    exitCode: 2,
    httpStatus: 409,
  },
  'job-ended': {
    message: (d: { id: string; state: string }) => `expected job ${d.id} to wait or run, found it ${d.state}`,
    hint: 'only what has not ended is cancelled',
    exitCode: 2,
    httpStatus: 409,
  },
  'job-superseded': {
    message: (d: { id: string; other: string }) => `instead of job ${d.id}, job ${d.other} does the same work already`,
    hint: 'wait for the other job',
    exitCode: 2,
    httpStatus: 409,
  },
  'job-unknown-kind': {
    message: (d: { kind: string; known: string }) => `there are no jobs of the kind ${d.kind}; there are: ${d.known}`,
    exitCode: 2,
    httpStatus: 400,
  },
  'job-data-too-large': {
    message: (d: { bytes: number; allowed: number }) => `expected at most ${d.allowed} bytes of data, found ${d.bytes}`,
    hint: 'put the content into a blob, and name its digest',
    exitCode: 2,
    httpStatus: 413,
  },
  'job-too-slow': {
    message: (d: { maxSeconds: number }) => `took longer than ${d.maxSeconds} seconds and was ended`,
    exitCode: 2,
    httpStatus: 500,
  },
  'jobs-unconfigured': {
    message: (d: { reason: string }) => `jobs cannot be run: ${d.reason}`,
    exitCode: 2,
    httpStatus: 500,
  },
} as const satisfies Record<string, ErrorRow<never>>;

export type JobErrorCode = keyof typeof jobErrors;
type JobErrorData<Code extends JobErrorCode> = Parameters<(typeof jobErrors)[Code]['message']>[0];

/** Why a job was not added, found or run again. */
export class JobError extends CodedError {
  declare readonly code: JobErrorCode;

  static of<Code extends JobErrorCode>(code: Code, data: JobErrorData<Code>, cause?: unknown): JobError {
    return new JobError(code, jobErrors[code], data, cause);
  }
}
