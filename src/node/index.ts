export { gatherAssurance, type AssuranceOptions } from './assurance/gather-assurance.ts';
export { printPdf, type PrintOptions } from './assurance/print-pdf.ts';
export { gatherFacts, type Gathered, type GatherOptions } from './bom/gather-facts.ts';
export { cleanPaths, type CleanPathsOptions, type Destination } from './clean/clean-paths.ts';
export { FileSource, openFile } from './file-source.ts';
export { scanFiles, STDIN_TARGET, type ScanFilesOptions, type ScanProgress } from './scan-files.ts';
export { packageVersion } from './version.ts';
export { walk, type Found, type FoundFile, type FoundProblem, type WalkOptions } from './walk.ts';
export type { InputStream } from './spool.ts';
export type { RawPath } from './raw-path.ts';
export { attestModel, type AttestOptions, type AttestResult } from './sign/attest-model.ts';
export { buildManifest, type BuiltManifest, type ManifestOptions } from './sign/build-manifest.ts';
export type { HashProgress } from './sign/hash-files.ts';
export { signModel, type SignedResult, type SignModelOptions } from './sign/sign-model.ts';
export { verifyModel, type VerifyOptions, type VerifyReport } from './sign/verify-model.ts';
export { openTensors, type FailedPart, type OpenedPart, type OpenedTensors } from './open-tensors.ts';
export { SealedFile } from './seal/open-part.ts';
export { SealedSource } from '../seal/sealed-source.ts';
export { openStream, sealStream, type SealOptions } from '../seal/sealed-stream.ts';
export { generateIdentity, parseIdentities, parseIdentity, parseRecipient } from '../seal/keys/parse-keys.ts';
export { PassphraseIdentity, PassphraseRecipient } from '../seal/keys/passphrase.ts';
export { type KeyProvider, ServiceIdentity, ServiceRecipient } from '../seal/providers/key-provider.ts';
export { AwsKmsProvider } from '../seal/providers/aws-kms.ts';
export { VaultTransitProvider } from '../seal/providers/vault-transit.ts';
export type { Identity, Recipient } from '../seal/recipient.ts';
export { convert, type ConvertResult } from './convert/convert.ts';
export type { ConvertOptions } from './convert/options.ts';
export {
  verifyConversion,
  type Verification,
  type VerifyOptions as VerifyConversionOptions,
} from './convert/verify.ts';
