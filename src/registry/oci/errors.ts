import { CodedError, type Detail, type ErrorRow, titledRow } from '../../bytes/errors.ts';
import { HubError } from '../hub/errors.ts';

/** Codes of the distribution specification, version 1.1, that occur here. */
export type SpecCode =
  | 'BLOB_UNKNOWN'
  | 'DENIED'
  | 'DIGEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'TOOMANYREQUESTS'
  | 'UNAUTHORIZED'
  | 'UNSUPPORTED';

interface OciRow extends ErrorRow<Detail> {
  readonly specCode: SpecCode;
}

const row = (specCode: SpecCode, httpStatus: number, title: string): OciRow => ({
  ...titledRow(title, { httpStatus, exitCode: 1, hint: undefined }),
  specCode,
});

/** Why something is not given out as an OCI artifact, in the words that clients print. */
const ociErrors = {
  'oci-sign-in': row('UNAUTHORIZED', 401, 'log in with any user name, and a key as the password'),
  'oci-denied': row('DENIED', 403, 'not given out'),
  'oci-name-invalid': row('NAME_INVALID', 400, 'this cannot be the name of a repository'),
  'oci-name-unknown': row('NAME_UNKNOWN', 404, 'there is no such model, or your key gives no right to it'),
  'oci-manifest-unknown': row('MANIFEST_UNKNOWN', 404, 'the model has no such version'),
  'oci-manifest-too-long': row(
    'MANIFEST_UNKNOWN',
    404,
    'the version has more files than a manifest may name: use `vouchsafe pull` or the hub interface',
  ),
  'oci-blob-unknown': row('BLOB_UNKNOWN', 404, 'no released version of the model has such a file'),
  'oci-digest-invalid': row('DIGEST_INVALID', 400, 'expected sha256: and 64 hexadecimal digits'),
  'oci-read-only': row('UNSUPPORTED', 405, 'nothing is pushed here: use `vouchsafe push` or the console'),
  'oci-not-offered': row('UNSUPPORTED', 404, 'this registry does not answer that'),
  'oci-request-wrong': row('UNSUPPORTED', 400, 'the request is not what this registry takes'),
} as const satisfies Readonly<Record<string, OciRow>>;

type OciErrorCode = keyof typeof ociErrors;

export class OciError extends CodedError {
  declare readonly code: OciErrorCode;

  static of(code: OciErrorCode, detail = ''): OciError {
    return new OciError(code, ociErrors[code], { detail });
  }

  get specCode(): SpecCode {
    return ociErrors[this.code].specCode;
  }
}

const sameAs: Partial<Record<HubError['code'], OciErrorCode>> = {
  'hub-repository-unknown': 'oci-name-unknown',
  'hub-revision-unknown': 'oci-manifest-unknown',
  'hub-recalled': 'oci-denied',
  'hub-not-released': 'oci-denied',
};

/** Models and versions are found as for the hub interface; why one is not is told in the words of this one. */
export async function inOciWords<Found>(finding: Promise<Found>): Promise<Found> {
  return finding.catch((error: unknown) => {
    const code = error instanceof HubError ? sameAs[error.code] : undefined;
    throw code === undefined ? error : OciError.of(code, String((error as HubError).data['detail']));
  });
}
