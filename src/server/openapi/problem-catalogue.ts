import { AccessError, accessErrorCodes } from '../../access/policies/errors.ts';
import { PeopleError, peopleErrorCodes } from '../../access/people/errors.ts';
import { ReviewError, reviewErrorCodes } from '../../access/reviews/errors.ts';
import { ServiceError, serviceErrorCodes } from '../../access/services/errors.ts';
import type { CodedError } from '../../bytes/errors.ts';
import { RequestError, type RequestErrorCode, requestErrorRows } from '../errors.ts';

/** What is known about a code, whatever the request was. */
export interface ProblemKind {
  readonly code: string;
  readonly status: number;
  /** In lower case, without a stop. */
  readonly summary: string;
  readonly hint: string | undefined;
}

/** Every code that a request may be answered with, from the tables of all capabilities. */
export function problemCatalogue(): ReadonlyMap<string, ProblemKind> {
  const errors: readonly CodedError[] = [
    ...(Object.keys(requestErrorRows) as RequestErrorCode[]).map((code) => RequestError.of(code)),
    ...accessErrorCodes.map((code) => AccessError.of(code, '')),
    ...peopleErrorCodes.map((code) => PeopleError.of(code, '')),
    ...reviewErrorCodes.map((code) => ReviewError.of(code, '')),
    ...serviceErrorCodes.map((code) => ServiceError.of(code, '')),
  ];
  const kinds = errors.map(({ code, httpStatus, message, hint }): [string, ProblemKind] => [
    code,
    { code, status: httpStatus, summary: message.replace(/: ?$/, ''), hint },
  ]);
  return new Map(kinds.sort(([a], [b]) => (a < b ? -1 : 1)));
}
