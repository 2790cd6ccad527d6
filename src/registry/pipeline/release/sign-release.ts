import { readBundle } from '../../../sign/bundle.ts';
import type { AttestedDocument } from '../../../sign/attestation.ts';
import { evidenceNames, type Manifest, manifestDigest, rootDigest } from '../../../sign/manifest.ts';
import { conversionPredicate, type Predicate, scanPredicate } from '../../../sign/predicates.ts';
import type { Signer } from '../../../sign/signers.ts';
import { modelPayload, payloadOf } from '../../../sign/statement.ts';
import { signLimits } from '../../../sign/limits.ts';
import { putEvidence, readEvidence } from '../../contents/put-evidence.ts';
import { RegistryError } from '../../errors.ts';
import type { Registry } from '../../registry.ts';
import { manifestOf, type ReleasedFile } from './manifest-of.ts';

interface Release {
  readonly versionId: string;
  readonly name: string;
  readonly files: readonly ReleasedFile[];
}

export interface Signed {
  readonly rootDigest: string;
  readonly signer: string;
}

type Means = Pick<Registry, 'store' | 'blobs' | 'signer'>;

/**
 * Signs the files that are given out, from their known digests, and attests what was found of them and how they came to be. Keeps the
 * documents; those of an attempt before are replaced.
 */
export async function signRelease(registry: Means, { versionId, name, files }: Release): Promise<Signed> {
  const signer = await registry.signer();
  const manifest = manifestOf(name, files);
  const signature = await signer.sign(modelPayload(manifest));
  // Read as a verifier would read it: a bundle that nobody can use is not kept.
  readBundle(signature);
  const root = rootDigest(manifest.resources);
  const sizes = sizesOf(manifest, files);
  const predicates = await predicatesOf(registry, versionId, { manifest, rootDigest: root, sizes });
  const lines = await attested(signer, { manifest, root, predicates });
  await putEvidence(registry, { versionId, kind: 'signature', name: evidenceNames.signature, content: signature });
  await putEvidence(registry, { versionId, kind: 'attestations', name: evidenceNames.attestations, content: lines });
  return { rootDigest: root, signer: signer.name };
}

function sizesOf({ resources }: Manifest, files: readonly ReleasedFile[]): ReadonlyMap<string, number> {
  const bytes = new Map(files.map((one) => [one.path, one.bytes]));
  return new Map(resources.map(({ name }) => [name, bytes.get(name) ?? 0]));
}

async function predicatesOf(
  registry: Means,
  versionId: string,
  model: Parameters<typeof scanPredicate>[1],
): Promise<readonly Predicate[]> {
  const record = await documentOf(registry, versionId, 'conversion-record');
  const report = await documentOf(registry, versionId, record === null ? 'scan-report' : 'release-report');
  if (report === null) throw RegistryError.of('version-state', 'it has no report; submit it again');
  const attestable = (document: AttestedDocument | null): document is AttestedDocument =>
    document !== null && document.bytes.length <= signLimits.maxPredicateBytes;
  return [
    ...(attestable(report) ? [scanPredicate(report, model)] : []),
    ...(attestable(record) ? [conversionPredicate(record, model)] : []),
  ];
}

async function documentOf(
  registry: Means,
  versionId: string,
  kind: 'scan-report' | 'release-report' | 'conversion-record',
): Promise<AttestedDocument | null> {
  const evidence = await readEvidence(registry, { versionId, kind });
  if (evidence === undefined) return null;
  const pieces: Uint8Array[] = [];
  for await (const piece of evidence.read()) pieces.push(piece);
  return { name: evidence.name, bytes: Buffer.concat(pieces) };
}

async function attested(
  signer: Signer,
  { manifest, root, predicates }: { manifest: Manifest; root: string; predicates: readonly Predicate[] },
): Promise<string> {
  const subjects = [{ name: manifest.modelName, sha256: root, manifestSha256: manifestDigest(manifest) }];
  const lines: string[] = [];
  for (const { predicateType, predicate } of predicates)
    lines.push(`${await signer.sign(payloadOf({ subjects, predicateType, predicate }))}\n`);
  return lines.join('');
}
