import { dirname, resolve } from 'node:path';
import { certificateFingerprint, readCertificates } from '../../sign/certificate.ts';
import { SignError } from '../../sign/errors.ts';
import { fingerprintOf, readPublicKey } from '../../sign/keys.ts';
import { signLimits } from '../../sign/limits.ts';
import { parseSigningPolicy, type PolicyFiles, type SigningPolicy } from '../../sign/policy.ts';
import { readTrustedRoot } from '../../sign/sigstore.ts';
import type { Trust } from '../../sign/verify-bundle.ts';
import { readSmallFile } from './read-small-file.ts';

/** Whom a verifier trusts, as files and names. */
export interface TrustFiles {
  readonly publicKeys?: readonly string[] | undefined;
  readonly certificateRoots?: readonly string[] | undefined;
  readonly identity?: string | undefined;
  readonly identityProvider?: string | undefined;
  readonly trustedRoot?: string | undefined;
  readonly policy?: string | undefined;
  readonly now?: Date | undefined;
}

export interface LoadedTrust {
  readonly trust: Trust;
  readonly policy: LoadedPolicy | null;
}

interface LoadedPolicy {
  readonly policy: SigningPolicy;
  readonly files: PolicyFiles;
}

/** Reads keys, certificates, trusted root and policy. @throws ReadError, SignError. */
export function loadTrust(files: TrustFiles): LoadedTrust {
  const policy = files.policy === undefined ? null : loadPolicy(files.policy);
  const fromPolicy = policy === null ? [] : policy.policy.signers;
  const beside = (file: string): string => resolve(dirname(files.policy ?? ''), file);
  const keyFiles = [
    ...(files.publicKeys ?? []),
    ...fromPolicy.flatMap(({ key }) => (key?.file === undefined ? [] : [beside(key.file)])),
  ];
  const rootFiles = [
    ...(files.certificateRoots ?? []),
    ...fromPolicy.flatMap(({ certificate }) => (certificate === undefined ? [] : [beside(certificate.roots)])),
  ];
  const rootFile =
    files.trustedRoot ?? (policy?.policy.trustedRoot === undefined ? undefined : beside(policy.policy.trustedRoot));
  const trust: Trust = {
    publicKeys: keyFiles.map(loadPublicKey),
    certificateRoots: [...new Set(rootFiles)].flatMap((file) =>
      readCertificates(readSmallFile(file, signLimits.maxRootsBytes)),
    ),
    identities: [
      ...identitiesOf(files),
      ...fromPolicy.flatMap(({ keyless }) => (keyless === undefined ? [] : [keyless])),
    ],
    trustedRoot:
      rootFile === undefined ? null : readTrustedRoot(readSmallFile(rootFile, signLimits.maxTrustedRootBytes)),
    now: files.now ?? new Date(),
  };
  checkSomething(trust);
  return { trust, policy };
}

function identitiesOf({ identity, identityProvider }: TrustFiles): Trust['identities'] {
  if (identity === undefined && identityProvider === undefined) return [];
  if (identity === undefined || identityProvider === undefined) {
    throw SignError.of('trust-missing', '--identity and --identity-provider go together');
  }
  return [{ identity, issuer: identityProvider }];
}

function checkSomething({ publicKeys, certificateRoots, identities, trustedRoot }: Trust): void {
  if (identities.length > 0 && trustedRoot === null) {
    throw SignError.of('trust-missing', 'an identity can only be verified with --trusted-root');
  }
  if (publicKeys.length + certificateRoots.length + identities.length === 0) {
    throw SignError.of('trust-missing', 'a signature alone only says that somebody signed');
  }
}

function loadPublicKey(file: string) {
  return readPublicKey(readSmallFile(file, signLimits.maxKeyFileBytes));
}

function loadPolicy(file: string): LoadedPolicy {
  const text = Buffer.from(readSmallFile(file, signLimits.maxPolicyBytes)).toString('utf8');
  const policy = parseSigningPolicy(text, file);
  const keys = new Map<number, string>();
  const roots = new Map<number, readonly string[]>();
  for (const [place, { key, certificate }] of policy.signers.entries()) {
    if (key?.file !== undefined) keys.set(place, keyFingerprint(file, key.file, key.fingerprint));
    if (certificate !== undefined)
      roots.set(place, readRoots(resolve(dirname(file), certificate.roots)).map(certificateFingerprint));
  }
  return { policy, files: { keys, roots } };
}

/** The key in the file must be the one that is named beside it, when both are given. */
function keyFingerprint(policyFile: string, keyFile: string, expected: string | undefined): string {
  const fingerprint = fingerprintOf(loadPublicKey(resolve(dirname(policyFile), keyFile)));
  if (expected === undefined || expected === fingerprint) return fingerprint;
  throw SignError.of('policy-malformed', `${policyFile}: ${keyFile} has the fingerprint ${fingerprint}`);
}

function readRoots(file: string) {
  return readCertificates(readSmallFile(file, signLimits.maxRootsBytes));
}
