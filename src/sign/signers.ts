import type { KeyObject, X509Certificate } from 'node:crypto';
import { bundleText } from './bundle.ts';
import { checkSignerCertificate, oneLine } from './certificate.ts';
import { SignError } from './errors.ts';
import { fingerprintOf } from './keys.ts';
import { signPayload } from './signature.ts';

/** Something that can vouch: turns a statement's bytes into a bundle. */
export interface Signer {
  /** Who signs, in words. */
  readonly name: string;
  /** @returns the bundle's JSON text, on one line. @throws SignError. */
  sign(payload: Uint8Array): Promise<string>;
}

/** Signs with a key whose public half verifiers already have. */
export function keySigner(key: KeyObject): Signer {
  const hint = fingerprintOf(key);
  return {
    name: `key ${hint}`,
    sign: (payload) => signWith(key, payload, { publicKey: { hint }, tlogEntries: [] }),
  };
}

/**
 * Signs with a key that a certificate vouches for. `chain` begins with the signer's own certificate; a root at its end
 * is left out, verifiers use their own.
 * @throws SignError when the certificate is for another key, or not for signing.
 */
export function certificateSigner(key: KeyObject, chain: readonly X509Certificate[]): Signer {
  const [leaf, ...others] = chain;
  if (leaf === undefined) throw SignError.of('certificate-invalid', 'the chain is empty');
  if (fingerprintOf(leaf.publicKey) !== fingerprintOf(key)) {
    throw SignError.of('certificate-key-mismatch', `${oneLine(leaf.subject)} is not for the key that was given`);
  }
  checkSignerCertificate(leaf);
  const certificates = [leaf, ...others.filter((one) => !isSelfSigned(one))];
  const material = {
    x509CertificateChain: { certificates: certificates.map((one) => ({ rawBytes: one.raw.toString('base64') })) },
    tlogEntries: [],
  };
  return { name: oneLine(leaf.subject), sign: (payload) => signWith(key, payload, material) };
}

function signWith(key: KeyObject, payload: Uint8Array, material: Readonly<Record<string, unknown>>): Promise<string> {
  return Promise.resolve(bundleText({ material, payload, signature: signPayload(key, payload) }));
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
}
