import { AccessError, accessErrorCodes } from '../../access/policies/errors.ts';
import { PeopleError, peopleErrorCodes } from '../../access/people/errors.ts';
import { ReviewError, reviewErrorCodes } from '../../access/reviews/errors.ts';
import { ServiceError, serviceErrorCodes } from '../../access/services/errors.ts';
import type { CodedError } from '../../bytes/errors.ts';
import { BlobError } from '../../store/blobs/errors.ts';
import { CounterError } from '../../store/counters/errors.ts';
import { StoreError, storeErrorCodes } from '../../store/errors.ts';
import { JobError } from '../../store/jobs/errors.ts';
import { FetchError, fetchErrorCodes } from '../fetch/errors.ts';
import { RequestError, type RequestErrorCode, requestErrorRows } from '../errors.ts';

/** What is known about a code, whatever the request was. */
export interface ProblemKind {
  readonly code: string;
  readonly status: number;
  /** In lower case, without a stop. */
  readonly summary: string;
  readonly hint: string | undefined;
}

const ANY_ORIGIN = 'https://example.org';

/** Every code that a request may be answered with, from the tables of all capabilities. */
export function problemCatalogue(): ReadonlyMap<string, ProblemKind> {
  const errors: readonly CodedError[] = [
    ...(Object.keys(requestErrorRows) as RequestErrorCode[]).map((code) => RequestError.of(code)),
    ...accessErrorCodes.map((code) => AccessError.of(code, '')),
    ...peopleErrorCodes.map((code) => PeopleError.of(code, '')),
    ...reviewErrorCodes.map((code) => ReviewError.of(code, '')),
    ...serviceErrorCodes.map((code) => ServiceError.of(code, '')),
    ...storeErrorCodes.map((code) => StoreError.of(code, '')),
    ...fetchErrorCodes.map((code) => FetchError.of(code, new URL(ANY_ORIGIN), '')),
    JobError.of('job-missing', { id: 'of this id' }),
    JobError.of('job-not-failed', { id: 'of this id', state: 'otherwise' }),
    JobError.of('job-superseded', { id: 'of this id', other: 'of another' }),
    BlobError.of('blobs-full', { operation: 'answer', reason: '' }),
    BlobError.of('blobs-unavailable', { operation: 'answer', reason: '' }),
    CounterError.of('counters-unavailable', { reason: '' }),
  ];
  const kinds = errors.map(({ code, httpStatus, message, hint }): [string, ProblemKind] => [
    code,
    { code, status: httpStatus, summary: message.replace(/: ?$/, '').replace(ANY_ORIGIN, 'an address outside'), hint },
  ]);
  return new Map(kinds.sort(([a], [b]) => (a < b ? -1 : 1)));
}
