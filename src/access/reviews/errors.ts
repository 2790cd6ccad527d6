import { CodedError, type Detail, type ErrorRow, titledRow } from '../../bytes/errors.ts';

const row = (title: string, httpStatus: number, hint: string): ErrorRow<Detail> =>
  titledRow(title, { httpStatus, exitCode: 1, hint });

/** Why something about an access review is refused. Codes are stable: clients and tests rely on them. */
const reviewErrors = {
  'campaign-unknown': row('no such campaign', 404, 'GET /api/reviews lists those that there are'),
  'campaign-closed': row('the campaign is closed', 409, 'what it left undecided can be reviewed in a new one'),
  'campaign-busy': row('reviewers decided while the campaign was closed', 409, 'try again'),
  'due-unacceptable': row('the campaign cannot be due then', 422, 'name a time from an hour to a year ahead'),
  'reviewer-unacceptable': row('cannot review', 422, 'name people whose accounts are active'),
  'nothing-to-review': row('no grant is meant', 422, 'widen the filter'),
  'too-much-to-review': row(
    'more grants are meant than one campaign holds',
    422,
    'narrow the filter, by role or by project',
  ),
  'nobody-may-decide': row(
    'nobody of the reviewers may decide about some grants',
    422,
    'nobody decides about himself or a service of his own: add a reviewer',
  ),
  'reviewer-required': row('only a reviewer of the campaign decides in it', 403, 'ask for a campaign that names you'),
  'own-access': row('nobody decides about his own access', 403, 'leave it to another reviewer'),
  'item-unknown': row('no such item in the campaign', 404, 'GET /api/reviews/:campaignId/items lists them'),
  'item-repeated': row('an item was named twice', 422, 'decide each item once'),
  'item-decided': row('already decided', 409, 'load the items again: nothing of this request was decided'),
  'grant-ended': row(
    'the grant has ended meanwhile, so it cannot be certified',
    409,
    'decide to revoke: that records that it is gone',
  ),
} as const;

export type ReviewErrorCode = keyof typeof reviewErrors;

export class ReviewError extends CodedError {
  declare readonly code: ReviewErrorCode;

  static of(code: ReviewErrorCode, detail: string): ReviewError {
    return new ReviewError(code, reviewErrors[code], { detail });
  }
}

/** For the test that holds the documentation and this table together. */
export const reviewErrorCodes = Object.keys(reviewErrors) as readonly ReviewErrorCode[];
