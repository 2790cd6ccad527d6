/** Signatures of models and statements about them, without files or threads: those are in `vouchsafe/node`. */
export { claimOf, readAttestations, type AttestationClaim, type AttestationLine } from './attestation.ts';
export { readBundle, type Bundle, type SignerMaterial } from './bundle.ts';
export { readCertificates, type CertificateIdentity } from './certificate.ts';
export { SignError, type Problem, type SignErrorCode } from './errors.ts';
export { keylessSigner, type KeylessOptions } from './keyless.ts';
export { fingerprintOf, newKeyPair, readPrivateKey, readPublicKey } from './keys.ts';
export {
  checkManifest,
  evidenceNames,
  rootDigest,
  rootDigests,
  type Manifest,
  type Resource,
  type Serialization,
} from './manifest.ts';
export { parseSigningPolicy, type SigningPolicy } from './policy.ts';
export {
  bomPredicate,
  conversionPredicate,
  customPredicate,
  scanPredicate,
  validationPredicate,
  type AttestedModel,
  type Predicate,
} from './predicates.ts';
export { certificateSigner, keySigner, type Signer } from './signers.ts';
export { readTrustedRoot, type KeylessIdentity, type TrustedRoot, type TrustedTime } from './sigstore.ts';
export {
  modelPayload,
  parseStatement,
  payloadOf,
  type AttestationStatement,
  type ModelStatement,
  type Statement,
} from './statement.ts';
export { verifyBundle, type SignerIdentity, type Trust, type VerifiedSigner } from './verify-bundle.ts';
