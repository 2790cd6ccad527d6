import { join } from 'node:path';
import { checkModel } from '../../../node/sign/check-model.ts';
import { readIfThere } from '../../../node/sign/read-small-file.ts';
import { readBundle } from '../../../sign/bundle.ts';
import { SignError } from '../../../sign/errors.ts';
import { signLimits } from '../../../sign/limits.ts';
import { evidenceNames } from '../../../sign/manifest.ts';
import { type SignerIdentity, type Trust, verifyBundle } from '../../../sign/verify-bundle.ts';
import type { SourceSigner } from '../../admission/facts.ts';
import { documentWithoutFolder } from '../without-folder.ts';

export interface SourceSignatures {
  /** Who signed every file, verified. */
  readonly signers: readonly SourceSigner[];
  /** Why a signature that is there does not count. */
  readonly unverified: readonly string[];
}

const none: SourceSignatures = { signers: [], unverified: [] };
/** Further problems of a signature add nothing. */
const MAX_PROBLEMS = 20;

/** Verifies the signature that the files of a model bring with them, if they do. What is wrong with it is an answer, not an error. */
export async function sourceSignatures(folder: string, trust: Trust, jobs: number): Promise<SourceSignatures> {
  const file = join(folder, evidenceNames.signature);
  try {
    const bytes = readIfThere(file, signLimits.maxBundleBytes);
    if (bytes === null) return none;
    const bundle = readBundle(bytes);
    const { signer } = verifyBundle(bundle, trust);
    if (bundle.statement.kind !== 'model')
      return unverified(folder, ['it is an attestation, not a signature of a model']);
    const { problems } = await checkModel(folder, bundle.statement, { signatureFiles: [file], jobs });
    if (problems.length > 0)
      return unverified(
        folder,
        problems.slice(0, MAX_PROBLEMS).map(({ message }) => message),
      );
    return { signers: [signerOf(signer)], unverified: [] };
  } catch (error) {
    if (error instanceof SignError) return unverified(folder, [error.message]);
    throw error;
  }
}

function unverified(folder: string, reasons: readonly string[]): SourceSignatures {
  const shown = documentWithoutFolder(reasons, folder);
  return { signers: [], unverified: shown.map((reason) => `${evidenceNames.signature}: ${reason}`) };
}

function signerOf(signer: SignerIdentity): SourceSigner {
  switch (signer.method) {
    case 'key':
      return { method: 'key', fingerprint: signer.fingerprint };
    case 'certificate': {
      const { subject, fingerprint, keyFingerprint, rootFingerprint } = signer;
      return { method: 'certificate', subject, fingerprint, keyFingerprint, rootFingerprint };
    }
    default:
      return { method: 'keyless', identity: signer.identity, issuer: signer.issuer };
  }
}
