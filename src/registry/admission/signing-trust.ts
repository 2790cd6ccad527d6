import type { X509Certificate } from 'node:crypto';
import { certificateFingerprint, readCertificates } from '../../sign/certificate.ts';
import { fingerprintOf, readPublicKey } from '../../sign/keys.ts';
import { readTrustedRoot } from '../../sign/sigstore.ts';
import { isIdentity, type Trust } from '../../sign/verify-bundle.ts';
import type { SourceSigner } from './facts.ts';
import type { AdmissionPolicy, PolicySigner } from './policy-schema.ts';

/** Whom a policy believes when signatures of what comes in are verified: everybody whom it names. */
export function signingTrust(policy: AdmissionPolicy, now: Date): Trust {
  return {
    publicKeys: policy.signers.flatMap(({ key }) => (key?.pem === undefined ? [] : [readPublicKey(key.pem)])),
    certificateRoots: policy.signers.flatMap(({ certificate }) =>
      certificate === undefined ? [] : rootsOf(certificate.roots),
    ),
    identities: policy.signers.flatMap(({ keyless }) => (keyless === undefined ? [] : [keyless])),
    trustedRoot: policy.trustedRoot === undefined ? null : readTrustedRoot(Buffer.from(policy.trustedRoot)),
    now,
  };
}

/** Why a signer of a policy cannot be used; undefined for a good one. */
export function signerProblem({ key, certificate, keyless }: PolicySigner, hasRoot: boolean): string | undefined {
  if (keyless !== undefined && !hasRoot) return 'keyless signatures need trustedRoot';
  if (certificate !== undefined) return problemOf(() => rootsOf(certificate.roots));
  if (key?.pem === undefined) return undefined;
  const { pem, fingerprint } = key;
  return problemOf(() => {
    const found = fingerprintOf(readPublicKey(pem));
    if (fingerprint !== undefined && fingerprint !== found) throw new Error(`the key has the fingerprint ${found}`);
  });
}

export function trustedRootProblem(text: string): string | undefined {
  return problemOf(() => readTrustedRoot(Buffer.from(text)));
}

function problemOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'unreadable';
  }
}

function rootsOf(pem: string): readonly X509Certificate[] {
  return readCertificates(Buffer.from(pem));
}

/** Asks whether somebody who signed is this signer; what is read of the policy for that is read once. */
export function signerTest({ key, certificate, keyless }: PolicySigner): (found: SourceSigner) => boolean {
  if (keyless !== undefined) return (found) => found.method === 'keyless' && isIdentity(keyless, found);
  if (certificate !== undefined) {
    const roots = new Set(rootsOf(certificate.roots).map(certificateFingerprint));
    return (found) =>
      found.method === 'certificate' &&
      roots.has(found.rootFingerprint) &&
      (certificate.subject ?? found.subject) === found.subject &&
      (certificate.fingerprint ?? found.fingerprint) === found.fingerprint;
  }
  const wanted = key?.fingerprint ?? (key?.pem === undefined ? undefined : fingerprintOf(readPublicKey(key.pem)));
  return (found) => found.method === 'key' && found.fingerprint === wanted;
}

/** One key by itself and in a certificate is one signer; of keyless signatures the identity is what lasts. */
export function signingKey(signer: SourceSigner): string {
  if (signer.method === 'keyless') return `${signer.issuer} ${signer.identity}`;
  return signer.method === 'key' ? signer.fingerprint : signer.keyFingerprint;
}
