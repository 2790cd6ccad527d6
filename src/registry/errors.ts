import { CodedError, type Detail, type ErrorRow, titledRow } from '../bytes/errors.ts';

const row = (title: string, httpStatus: number, hint?: string): ErrorRow<Detail> =>
  titledRow(title, { httpStatus, exitCode: 1, hint });

/** Why the registry does not do what it was asked. Codes are stable: clients and tests rely on them. */
const registryErrors = {
  'blobs-full': row(
    'there is no room in the store of contents',
    507,
    'whoever runs the server makes room; then it goes on where it was',
  ),
  'blobs-unavailable': row('the store of contents cannot be reached', 503, 'try again in a moment'),
  'classification-below-project': row(
    'a model cannot be less confidential than its project',
    422,
    'choose the classification of the project, or one above it',
  ),
  'content-damaged': row('a stored content is not what was stored', 500, 'restore it from a backup'),
  'conversion-refused': row('the version must be converted, and cannot be', 422, 'send the weights as safetensors'),
  'file-unknown': row('the version has no such file', 404),
  'imports-full': row('too many models are being fetched', 429, 'try again when some of them are here'),
  'keys-unavailable': row(
    'the service that keeps the master key does not answer',
    503,
    'try again in a moment; whoever runs the server finds the cause in its log',
  ),
  'model-archived': row('the model is archived', 409, 'bring it back first'),
  'model-name-taken': row('there is a model of that name', 409, 'choose another name'),
  'model-unknown': row('there is no such model', 404),
  'no-room': row(
    'there is no room on the disk of the server',
    507,
    'whoever runs it frees disk space, or names other folders in registry.work or blobs of the configuration',
  ),
  'no-upstream': row(
    'no hub is configured to fetch from',
    409,
    'name one in registry.upstream of the configuration, or upload the model',
  ),
  'not-downloadable': row('this version cannot be had', 409, 'only released versions can be downloaded'),
  'not-as-shown': row(
    'what stands against this version is not what it was shown with',
    409,
    'look at it again, then decide',
  ),
  'not-waiting': row('this version does not wait for a decision', 409, 'look at its state: somebody may have decided'),
  'not-your-upload': row(
    'only whoever began an upload sends its files and submits it',
    403,
    'begin a version of your own',
  ),
  'owner-unknown': row('there is no such person or service', 422),
  'own-upload': row(
    'nobody decides about what he uploaded or asked for himself, or through a service of his',
    403,
    'ask somebody else to review it',
  ),
  'part-wrong': row('the part is not what was announced', 422, 'send it again'),
  'path-ambiguous': row(
    'two paths of a version are the same to some file systems',
    422,
    'give each file a name that differs in more than case or composition, and that no folder has',
  ),
  'path-refused': row(
    'a file cannot have that name on every system',
    422,
    'rename it where it comes from, then begin again',
  ),
  'people-only': row('a program decides nothing', 403, 'sign in to the console and decide there'),
  'policy-invalid': row('the admission policy is not well made', 422),
  'policy-denies': row(
    'the admission policy denies this version, and no approval changes that',
    409,
    'its decision says why; send a version without that, or have the policy changed',
  ),
  'policy-outdated': row('somebody changed the policy meanwhile', 409, 'look at the policy of now, then try again'),
  'project-unknown': row('there is no such project', 404),
  'range-unsatisfiable': row('the file has no such bytes', 416),
  recalled: row('this version was recalled', 410, 'use another version; the model’s page says why'),
  'too-large': row('that is more than the registry takes', 413, 'registry.limits of the configuration sets the bounds'),
  'upload-incomplete': row('not everything has arrived', 409, 'send what is missing, then submit again'),
  'uploads-full': row(
    'too many uploads of yours are not finished',
    409,
    'submit some of them or give them up, then begin again',
  ),
  'upstream-refused': row('the hub does not give this out', 404),
  'upstream-failed': row('the hub failed, or said what is not so', 502, 'try again later'),
  'version-state': row('the version is not in a state for this', 409, 'look at its state'),
  'version-unknown': row('there is no such version', 404),
  'work-failed': row('the work on this version failed', 500, 'submit it again; the log of the server has the cause'),
  'waiver-wrong': row('the waiver is not well made', 422),
  'waiver-needed': row(
    'some rules are approved only for a time',
    422,
    'give the approval a waiver with these rules and an end',
  ),
  'waiver-unknown': row('there is no such waiver', 404),
} as const satisfies Readonly<Record<string, ErrorRow<Detail>>>;

export type RegistryErrorCode = keyof typeof registryErrors;
export const registryErrorCodes = Object.keys(registryErrors) as readonly RegistryErrorCode[];

export class RegistryError extends CodedError {
  declare readonly code: RegistryErrorCode;

  static of(code: RegistryErrorCode, detail = '', cause?: unknown): RegistryError {
    return new RegistryError(code, registryErrors[code], { detail }, cause);
  }
}
