import { statSync } from 'node:fs';
import { isAbout, readAttestations } from '../../sign/attestation.ts';
import { readBundle } from '../../sign/bundle.ts';
import { SignError } from '../../sign/errors.ts';
import { signLimits } from '../../sign/limits.ts';
import { manifestDigest, rootDigests } from '../../sign/manifest.ts';
import type { Signer } from '../../sign/signers.ts';
import { modelPayload, type Statement } from '../../sign/statement.ts';
import { WriteError } from '../write-error.ts';
import { checkWritable, refuseLink, writeAtomically } from '../write-file.ts';
import { buildManifest, evidencePath, type ManifestOptions } from './build-manifest.ts';
import { readIfThere, readSmallFile } from './read-small-file.ts';

export interface SignModelOptions extends Omit<ManifestOptions, 'signatureFiles'> {
  readonly signer: Signer;
  /** Where the bundle goes; default: `model.sig` in a folder, `F.sig` beside a file F. */
  readonly signature?: string | undefined;
}

export interface SignedResult {
  readonly signature: string;
  readonly signer: string;
  readonly rootDigest: string;
  readonly rootDigests: { readonly codePoint: string; readonly pathComponent: string };
  readonly files: number;
  readonly bytes: number;
  readonly ignoredPaths: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Signs a model and writes the bundle, whole or not at all.
 * @throws ReadError, WriteError, SignError.
 */
export async function signModel(target: string, options: SignModelOptions): Promise<SignedResult> {
  const isFolder = statSync(target, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const signature = options.signature ?? evidencePath(target, isFolder, 'signature');
  refuseLink(signature);
  checkWritable(signature);
  checkReplaceable(signature);
  const built = await buildManifest(target, { ...options, signatureFiles: [signature] });
  const text = await options.signer.sign(modelPayload(built.manifest));
  // What was made is read as a verifier would read it: a bundle that nobody can use is not written.
  const { statement } = readBundle(text);
  writeAtomically(signature, [text]);
  const { resources, serialization } = built.manifest;
  return {
    signature,
    signer: options.signer.name,
    rootDigest: statement.kind === 'model' ? statement.rootDigest : '',
    rootDigests: rootDigests(resources, serialization.method),
    files: built.files,
    bytes: built.bytes,
    ignoredPaths: serialization.ignorePaths,
    notes: [...built.notes, ...staleAttestations(evidencePath(target, isFolder, 'attestations'), statement)],
  };
}

/**
 * A mistyped --signature must not cost a file of the model: that would be left out as the signature, and overwritten.
 * @throws WriteError.
 */
function checkReplaceable(file: string): void {
  const place = statSync(file, { throwIfNoEntry: false });
  if (place === undefined || !place.isFile() || place.size === 0) return;
  try {
    const text = Buffer.from(readSmallFile(file, signLimits.maxBundleBytes)).toString('latin1');
    if (/^\s*\{/.test(text) && text.includes('application/vnd.dev.sigstore.bundle')) return;
  } catch (error) {
    if (!(error instanceof SignError)) throw error;
  }
  throw WriteError.of(file, new Error('it exists and is no signature; remove it, or name another'));
}

/** Attestations of what the model was before: verifiers refuse them. */
function staleAttestations(file: string, statement: Statement): string[] {
  const bytes = readIfThere(file, signLimits.maxAttestationsBytes);
  if (bytes === null || statement.kind !== 'model') return [];
  const subject = { rootDigest: statement.rootDigest, manifestSha256: manifestDigest(statement.manifest) };
  const stale = readAttestations(bytes).filter(
    (line) => 'statement' in line && isAbout(line.statement, subject) === null,
  );
  return stale.length === 0
    ? []
    : [`${stale.length} attestations in ${file} are about other files; verifiers will refuse them`];
}
