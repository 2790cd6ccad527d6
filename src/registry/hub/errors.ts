import { CodedError, type Detail, type ErrorRow, titledRow } from '../../bytes/errors.ts';

/** What the header `x-error-code` may say: clients make their own kinds of errors of these. */
type HubErrorName = 'RepoNotFound' | 'RevisionNotFound' | 'EntryNotFound' | 'GatedRepo';

interface HubRow extends ErrorRow<Detail> {
  readonly name?: HubErrorName;
}

const row = (title: string, httpStatus: number, name?: HubErrorName): HubRow => ({
  ...titledRow(title, { httpStatus, exitCode: 1, hint: undefined }),
  ...(name === undefined ? {} : { name }),
});

/** Why the hub interface does not answer, in the words that its clients print. */
const hubErrors = {
  'hub-sign-in': row('this server gives models only to those who show a key: set HF_TOKEN to one', 401),
  'hub-sign-in-for-repository': row(
    'there is no such model, or it takes a key to see it: set HF_TOKEN to one',
    401,
    'RepoNotFound',
  ),
  // Clients know these words: with any others they tell of a repository that is not there.
  'hub-credentials': row('Invalid credentials in Authorization header', 401),
  'hub-repository-unknown': row('there is no such model, or your key gives no right to it', 404, 'RepoNotFound'),
  'hub-revision-unknown': row('the model has no such revision', 404, 'RevisionNotFound'),
  'hub-entry-unknown': row('the model has no such file', 404, 'EntryNotFound'),
  // A client that hears of a missing revision does not fall back to what it has in its cache; with most other errors it does.
  'hub-recalled': row('this cannot be had any more', 410, 'RevisionNotFound'),
  'hub-not-released': row('not released', 403, 'GatedRepo'),
  'hub-upstream-refused': row('not admitted', 403, 'GatedRepo'),
  'hub-wait': row('not ready yet', 503),
  'hub-read-only': row(
    'this server takes no uploads through the hub interface: use `vouchsafe push` or the console',
    403,
  ),
  'hub-not-offered': row('this server does not answer that part of the hub interface', 404),
  'hub-models-only': row('this server has models only', 404, 'RepoNotFound'),
  'hub-request-wrong': row('the request is not what the hub interface takes', 400),
  'hub-range': row('the file has no such bytes', 416),
} as const satisfies Readonly<Record<string, HubRow>>;

type HubErrorCode = keyof typeof hubErrors;

interface HubErrorFacts {
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export class HubError extends CodedError {
  declare readonly code: HubErrorCode;
  facts: HubErrorFacts = {};

  static of(code: HubErrorCode, detail = '', facts: HubErrorFacts = {}): HubError {
    const error = new HubError(code, hubErrors[code], { detail });
    error.facts = facts;
    return error;
  }

  /** For `x-error-code`. */
  get hubName(): HubErrorName | undefined {
    const { name }: HubRow = hubErrors[this.code];
    return name;
  }
}
