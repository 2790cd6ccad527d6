import { generateKeyPairSync, sign, X509Certificate, type KeyObject } from 'node:crypto';
import * as z from 'zod';
import { bundleText, readBundle } from './bundle.ts';
import { SignError } from './errors.ts';
import { publicPem } from './keys.ts';
import { requestLogEntry } from './log-entry.ts';
import { post } from './post.ts';
import { signPayload } from './signature.ts';
import type { Signer } from './signers.ts';
import { verifyKeyless, type TrustedRoot } from './sigstore.ts';

export interface KeylessOptions {
  /** Base address of the certificate authority (Fulcio, API v2). */
  readonly fulcioUrl: string;
  /** Base address of the transparency log (Rekor, API v1). */
  readonly rekorUrl: string;
  /** OpenID Connect identity token; it never leaves for anywhere but the authority, and is in no message. */
  readonly identityToken: string;
  /** When given, what the services answered is verified before the bundle is returned. */
  readonly trustedRoot?: TrustedRoot | undefined;
}

const certificateResponse = z.object({
  signedCertificateEmbeddedSct: z.object({ chain: z.object({ certificates: z.array(z.string()).min(1) }) }),
});

/**
 * Signs without a key of one's own: a key made for this one signature, a certificate that says whose token asked for
 * it, and an entry in a public log that keeps the moment.
 * @throws SignError `token-malformed`.
 */
export function keylessSigner(options: KeylessOptions): Signer {
  const subject = subjectOf(options.identityToken);
  return { name: subject, sign: (payload) => signKeyless(payload, subject, options) };
}

async function signKeyless(payload: Uint8Array, subject: string, options: KeylessOptions): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = await requestCertificate(options, subject, { privateKey, publicKey });
  const signature = signPayload(privateKey, payload);
  const entry = await requestLogEntry(options.rekorUrl, { payload, signature, verifierPem: certificate.toString() });
  const material = { certificate: { rawBytes: certificate.raw.toString('base64') }, tlogEntries: [entry] };
  const text = bundleText({ material, payload, signature });
  if (options.trustedRoot !== undefined) verifyKeyless(readBundle(text), options.trustedRoot);
  return text;
}

async function requestCertificate(
  { fulcioUrl, identityToken }: KeylessOptions,
  subject: string,
  { privateKey, publicKey }: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
): Promise<X509Certificate> {
  const answer = await post({
    service: 'the certificate authority',
    base: fulcioUrl,
    path: '/api/v2/signingCert',
    body: {
      credentials: { oidcIdentityToken: identityToken },
      publicKeyRequest: {
        publicKey: { algorithm: 'ECDSA', content: publicPem(publicKey) },
        proofOfPossession: sign('sha256', Buffer.from(subject), privateKey).toString('base64'),
      },
    },
  });
  const parsed = certificateResponse.safeParse(answer);
  const [pem] = parsed.data?.signedCertificateEmbeddedSct.chain.certificates ?? [];
  if (pem === undefined) throw failed('the certificate authority answered without a certificate');
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch (error) {
    throw failed('the certificate authority sent no X.509 certificate', error);
  }
  if (!certificate.publicKey.equals(publicKey)) {
    throw failed('the certificate authority sent a certificate for another key');
  }
  return certificate;
}

const claims = z.object({
  exp: z.number().optional(),
  email: z.string().optional(),
  email_verified: z.union([z.boolean(), z.literal('true'), z.literal('false')]).optional(),
  sub: z.string().optional(),
});

/**
 * What the authority wants signed as proof that the key is here: the verified e-mail address, else the subject.
 * The token itself is not verified; that is the authority's task.
 */
function subjectOf(token: string): string {
  const parts = token.trim().split('.');
  const payload = parts.length === 3 ? parseClaims(parts[1] ?? '') : undefined;
  if (payload === undefined) throw SignError.of('token-malformed', 'it is no JSON Web Token');
  if (payload.exp !== undefined && payload.exp * 1000 < Date.now()) {
    throw SignError.of('token-malformed', `it expired at ${new Date(payload.exp * 1000).toISOString()}`);
  }
  const isVerified = payload.email_verified === true || payload.email_verified === 'true';
  if (payload.email !== undefined && !isVerified) {
    throw SignError.of('token-malformed', 'its issuer has not verified the e-mail address');
  }
  const subject = payload.email ?? payload.sub ?? '';
  if (subject === '') throw SignError.of('token-malformed', 'it names no subject');
  return subject;
}

function parseClaims(part: string): z.infer<typeof claims> | undefined {
  try {
    return claims.parse(JSON.parse(Buffer.from(part, 'base64url').toString('utf8')));
  } catch {
    return undefined;
  }
}

function failed(detail: string, cause?: unknown): SignError {
  return SignError.of('service-failed', detail, cause);
}
