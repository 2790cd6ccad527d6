import { createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto';
import type { Bundle } from './bundle.ts';
import { readCertificate, verifyChain, type CertificateIdentity } from './certificate.ts';
import { SignError } from './errors.ts';
import { curveOf, fingerprintOf } from './keys.ts';
import { verifiesPayload } from './signature.ts';
import { trustedTimes, verifyKeyless, type KeylessIdentity, type TrustedRoot, type TrustedTime } from './sigstore.ts';

/** Whom to believe. A bundle signed by a method for which nothing is named is refused. */
export interface Trust {
  readonly publicKeys: readonly KeyObject[];
  readonly certificateRoots: readonly X509Certificate[];
  /** Identities that may have signed keylessly. `*` in an identity stands for any characters but `/`. */
  readonly identities: readonly KeylessIdentity[];
  /** Authorities and logs for keyless signatures and trusted times. */
  readonly trustedRoot: TrustedRoot | null;
  /** What counts as now, where no trusted time says when the signature was made. */
  readonly now: Date;
}

export type SignerIdentity =
  | { readonly method: 'key'; readonly fingerprint: string; readonly curve: string }
  | ({ readonly method: 'certificate' } & CertificateIdentity)
  | ({ readonly method: 'keyless' } & KeylessIdentity);

/** Who signed a bundle, and since when that is known. */
export interface VerifiedSigner {
  readonly signer: SignerIdentity;
  readonly times: readonly TrustedTime[];
  readonly notes: readonly string[];
}

/**
 * Verifies the signature of a bundle, and that somebody trusted made it.
 * @throws SignError saying which of the two failed.
 */
export function verifyBundle(bundle: Bundle, trust: Trust): VerifiedSigner {
  const { signer } = bundle;
  if (signer.method === 'key') return verifyWithKey(bundle, signer, trust);
  if (signer.method === 'certificate') return verifyWithCertificate(bundle, signer.chain, trust);
  return verifyWithIdentity(bundle, trust);
}

function verifyWithKey(
  bundle: Bundle,
  { hint, publicKeyPem }: { readonly hint: string | null; readonly publicKeyPem: string | null },
  trust: Trust,
): VerifiedSigner {
  if (trust.publicKeys.length === 0) throw nothingTrusted(bundle, 'a public key');
  const notes = hint === null ? ['signed before 1.1: the key is not named by its fingerprint'] : [];
  const candidates = trust.publicKeys.filter((key) => hint === null || fingerprintOf(key) === hint);
  if (candidates.length === 0) {
    const known = trust.publicKeys.map(fingerprintOf).join(', ');
    throw SignError.of('key-mismatch', `the bundle names the key ${hint ?? ''}, trusted is ${known}`);
  }
  checkEmbeddedKey(publicKeyPem, candidates);
  const key = candidates.find((one) => isSignedBy(bundle, one));
  if (key === undefined) throw SignError.of('signature-invalid', 'it is not of this statement, or not by this key');
  const { times, notes: timeNotes } = timesOf(bundle, key, trust);
  const signer = { method: 'key', fingerprint: fingerprintOf(key), curve: curveOf(key).name } as const;
  return { signer, times, notes: [...notes, ...timeNotes] };
}

/** The key inside a bundle is never used to verify it, but must not say something else either. */
function checkEmbeddedKey(pem: string | null, candidates: readonly KeyObject[]): void {
  if (pem === null) return;
  let embedded: KeyObject;
  try {
    embedded = createPublicKey(pem);
  } catch (error) {
    throw SignError.of('bundle-malformed', 'the public key inside is none', error);
  }
  if (!candidates.some((one) => one.equals(embedded))) {
    throw SignError.of('key-mismatch', 'the key inside the bundle is not one that is trusted');
  }
}

function verifyWithCertificate(bundle: Bundle, chain: readonly Buffer[], trust: Trust): VerifiedSigner {
  const [leaf] = chain;
  if (trust.certificateRoots.length === 0 || leaf === undefined) throw nothingTrusted(bundle, 'a root certificate');
  const { publicKey } = readCertificate(leaf);
  curveOf(publicKey);
  if (!isSignedBy(bundle, publicKey)) {
    throw SignError.of('signature-invalid', 'it is not of this statement, or not by this certificate');
  }
  const { times, notes } = timesOf(bundle, publicKey, trust);
  const moments = times.length === 0 ? [trust.now] : times.map(({ time }) => time);
  const { identity } = verifyChain(chain, trust.certificateRoots, moments);
  return { signer: { method: 'certificate', ...identity }, times, notes };
}

function verifyWithIdentity(bundle: Bundle, trust: Trust): VerifiedSigner {
  if (trust.trustedRoot === null || trust.identities.length === 0) {
    throw nothingTrusted(bundle, 'a trusted root with an identity and its provider');
  }
  const { identity, issuer, times } = verifyKeyless(bundle, trust.trustedRoot);
  if (!trust.identities.some((wanted) => isIdentity(wanted, { identity, issuer }))) {
    const wanted = trust.identities.map((one) => `${one.identity} by ${one.issuer}`).join(' or ');
    throw SignError.of('identity-mismatch', `found ${identity} by ${issuer}, expected ${wanted}`);
  }
  return { signer: { method: 'keyless', identity, issuer }, times, notes: [] };
}

/** The issuer is compared as it is: who may say who somebody is, is no matter of patterns. */
export function isIdentity(wanted: KeylessIdentity, found: KeylessIdentity): boolean {
  return wanted.issuer === found.issuer && matches(wanted.identity, found.identity);
}

/** `*` stands for any characters but `/`. Linear in the text for each star, so that no text makes it slow. */
function matches(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === text;
  const last = rest.pop() ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end || text.slice(at, found).includes('/')) return false;
    at = found + part.length;
  }
  return !text.slice(at, end).includes('/');
}

function isSignedBy({ payload, signature, statement }: Bundle, key: KeyObject): boolean {
  return verifiesPayload(key, { payload, signature, isLegacy: statement.kind === 'model' && statement.isLegacy });
}

function timesOf(bundle: Bundle, key: KeyObject, trust: Trust): Pick<VerifiedSigner, 'times' | 'notes'> {
  const count = bundle.logEntries.length + bundle.timestamps.length;
  if (count === 0) return { times: [], notes: [] };
  if (trust.trustedRoot === null) {
    return { times: [], notes: ['its timestamps were not looked at: no --trusted-root was given'] };
  }
  return { times: trustedTimes(bundle, key, trust.trustedRoot), notes: [] };
}

function nothingTrusted(bundle: Bundle, wanted: string): SignError {
  const names = { key: 'a key', certificate: 'a certificate', keyless: 'an identity without a key' };
  return SignError.of(
    'method-mismatch',
    `signed with ${names[bundle.signer.method]}; to verify it, ${wanted} is needed`,
  );
}
