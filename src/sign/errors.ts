import { CodedError, type Detail, type ErrorRow, titledRow } from '../bytes/errors.ts';

/** Something is not as it was signed, or is not acceptable: exit 1. */
const refused = (title: string, hint?: string): ErrorRow<Detail> =>
  titledRow(title, { httpStatus: 422, exitCode: 1, hint });

/** The command cannot do its work with what it was given: exit 2. */
const unable = (title: string, hint?: string): ErrorRow<Detail> => ({ ...refused(title, hint), exitCode: 2 });

/** Everything that signing and verifying refuse. Codes are stable: policies, scripts and tests rely on them. */
const signErrors = {
  // The bundle and what is in it.
  'bundle-malformed': refused('not a signature bundle'),
  'bundle-unsupported': refused('unsupported signature bundle'),
  'statement-malformed': refused('the signed statement is not valid'),
  'statement-unsupported': refused('the signed statement is of an unknown kind'),
  'empty-manifest': refused('the signature covers no file'),
  'duplicate-name': refused('a name occurs twice in the manifest'),
  'unsafe-name': refused('a name is not a plain path inside the model'),
  'unsorted-manifest': refused('the manifest is not in a known order'),
  'algorithm-mismatch': refused('hash algorithms do not fit together'),
  'root-digest-mismatch': refused('the root digest does not match the manifest'),
  'extra-signature': refused('expected exactly one signature'),
  // Who signed.
  'signature-missing': refused('nothing vouches for this model', 'name the bundle with --signature'),
  'signature-invalid': refused('the signature does not verify'),
  'key-mismatch': refused('signed with another key'),
  'key-unsupported': refused('unsupported key', 'EC keys on P-256, P-384 and P-521 are supported'),
  'trust-missing': unable(
    'nothing to trust was named',
    'use --public-key, --certificate-roots, --trusted-root with --identity and --identity-provider, or --policy',
  ),
  'method-mismatch': refused('signed by another method than is accepted'),
  'certificate-invalid': refused('the certificate is not acceptable'),
  'certificate-expired': refused('the certificate was not valid when it mattered'),
  'certificate-untrusted': refused('the certificate leads to no trusted root'),
  'certificate-usage': refused('the certificate is not for signing'),
  'identity-mismatch': refused('signed by another identity'),
  'timestamp-invalid': refused('a timestamp or log entry does not verify'),
  'log-invalid': refused('the transparency log does not vouch for the signature'),
  // What was signed.
  'digest-mismatch': refused('changed since it was signed'),
  'missing-file': refused('signed, but missing'),
  'unsigned-file': refused('not covered by the signature', '--ignore-unsigned-files or --ignore-paths accept it'),
  'evidence-unverified': refused('an evidence file has nothing that vouches for it'),
  'symlink-refused': refused('is a symbolic link', '--allow-symlinks signs what it leads to'),
  'special-file': refused('is neither a file nor a folder'),
  'name-not-utf8': refused('its name is not UTF-8, which a manifest cannot record'),
  'file-changed': refused('changed while it was read'),
  'size-limit': refused('too large'),
  // Attestations and policy.
  'attestation-invalid': refused('an attestation does not hold'),
  'attestation-subject': refused('an attestation is about something else'),
  'report-mismatch': refused('the report is not about these files'),
  'source-mismatch': refused('the source does not match the conversion'),
  'policy-unmet': refused('the policy is not met'),
  'policy-malformed': unable('not a signing policy'),
  // Means.
  'key-unreadable': unable('cannot use the key'),
  'key-permissions': unable('the private key can be read by others', 'chmod 600 the file'),
  'passphrase-missing': unable('the private key is encrypted', 'use --key-passphrase-file'),
  'certificate-key-mismatch': unable('the certificate is for another key'),
  'trusted-root-malformed': unable('not a trusted root'),
  'token-malformed': unable('the identity token cannot be used'),
  'service-failed': unable('a signing service did not do its part'),
  'ignore-path-invalid': unable('not a path to ignore'),
} as const;

export type SignErrorCode = keyof typeof signErrors;

/** One thing that is wrong, as reports tell it. */
export interface Problem {
  readonly code: SignErrorCode;
  readonly message: string;
}

/** Why something was not signed or not accepted. */
export class SignError extends CodedError {
  declare readonly code: SignErrorCode;

  static of(code: SignErrorCode, detail: string, cause?: unknown): SignError {
    return new SignError(code, signErrors[code], { detail }, cause);
  }

  get problem(): Problem {
    return { code: this.code, message: this.message };
  }
}

/** A problem as data, where there may be many and none ends the work. */
export function problemOf(code: SignErrorCode, detail: string): Problem {
  return SignError.of(code, detail).problem;
}

/** For the test that holds the documentation and this table together. */
export const signErrorCodes = Object.keys(signErrors) as readonly SignErrorCode[];
