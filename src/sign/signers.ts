import { createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { bundleText } from './bundle.ts';
import { checkSignerCertificate, oneLine } from './certificate.ts';
import { SignError } from './errors.ts';
import { fingerprintOf, publicPem } from './keys.ts';
import { requestLogEntry } from './log-entry.ts';
import { signPayload } from './signature.ts';

/** Something that can vouch: turns a statement's bytes into a bundle. */
export interface Signer {
  /** Who signs, in words. */
  readonly name: string;
  /** @returns the bundle's JSON text, on one line. @throws SignError. */
  sign(payload: Uint8Array): Promise<string>;
}

export interface SignerOptions {
  /** Transparency log that keeps the moment of signing; verifiers need a trusted root to make use of it. */
  readonly rekorUrl?: string | undefined;
}

/** Signs with a key whose public half verifiers already have. */
export function keySigner(key: KeyObject, options: SignerOptions = {}): Signer {
  const hint = fingerprintOf(key);
  const means = { key, verifierPem: publicPem(createPublicKey(key)), material: { publicKey: { hint } } };
  return { name: `key ${hint}`, sign: (payload) => signWith(means, payload, options) };
}

/**
 * Signs with a key that a certificate vouches for. `chain` begins with the signer's own certificate; a root at its end
 * is left out, verifiers use their own.
 * @throws SignError when the certificate is for another key, or not for signing.
 */
export function certificateSigner(
  key: KeyObject,
  chain: readonly X509Certificate[],
  options: SignerOptions = {},
): Signer {
  const [leaf, ...others] = chain;
  if (leaf === undefined) throw SignError.of('certificate-invalid', 'the chain is empty');
  if (fingerprintOf(leaf.publicKey) !== fingerprintOf(key)) {
    throw SignError.of('certificate-key-mismatch', `${oneLine(leaf.subject)} is not for the key that was given`);
  }
  checkSignerCertificate(leaf);
  const certificates = [leaf, ...others.filter((one) => !isSelfSigned(one))];
  const material = {
    x509CertificateChain: { certificates: certificates.map((one) => ({ rawBytes: one.raw.toString('base64') })) },
  };
  const means = { key, verifierPem: leaf.toString(), material };
  return { name: oneLine(leaf.subject), sign: (payload) => signWith(means, payload, options) };
}

interface Means {
  readonly key: KeyObject;
  readonly verifierPem: string;
  readonly material: Readonly<Record<string, unknown>>;
}

async function signWith(
  { key, verifierPem, material }: Means,
  payload: Uint8Array,
  { rekorUrl }: SignerOptions,
): Promise<string> {
  const signature = signPayload(key, payload);
  const tlogEntries =
    rekorUrl === undefined ? [] : [await requestLogEntry(rekorUrl, { payload, signature, verifierPem })];
  return bundleText({ material: { ...material, tlogEntries }, payload, signature });
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
}
