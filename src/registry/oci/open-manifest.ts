import { contentDigest } from '../../contract/types/registry.ts';
import type { ReleasedRow } from '../hub/find-revision.ts';
import type { HubCall } from '../hub/open-repository.ts';
import type { RegistryModelRow } from '../models/find-model.ts';
import { OciError } from './errors.ts';
import { openRepositoryModel } from './open-model.ts';
import type { Document } from './pack-version.ts';
import { findReferrer } from './referrers.ts';
import { releasedPack, releasedVersion, versionOfDocument } from './released-pack.ts';

/** Of the distribution specification. */
const TAG = /^\w[\w.-]{0,127}$/;
export const NEWEST = 'latest';

interface OpenedManifest extends Document {
  /** What is fetched with it; null: a document about a version. */
  readonly versionId: string | null;
}

/**
 * A manifest by tag or digest: of a released version, or of a document about one.
 * @throws OciError for everything else, with the reason
 */
export async function openManifest(
  call: HubCall,
  { name, reference }: { readonly name: string; readonly reference: string },
): Promise<OpenedManifest> {
  const model = await openRepositoryModel(call, name);
  const version = await findVersion(call, model, reference);
  if (version !== undefined) {
    const { manifest } = await releasedPack(call.registry, model, version);
    return { ...manifest, versionId: version.id };
  }
  const referrer = await findReferrer(call.registry, model, { manifest: reference });
  if (referrer === undefined) throw OciError.of('oci-manifest-unknown', `${model.name} has no ${reference}`);
  return { ...referrer.manifest, versionId: null };
}

async function findVersion(
  { registry }: HubCall,
  model: RegistryModelRow,
  reference: string,
): Promise<ReleasedRow | undefined> {
  if (!reference.includes(':')) {
    if (!TAG.test(reference)) throw OciError.of('oci-manifest-unknown');
    return releasedVersion(registry, model, reference === NEWEST ? 'main' : reference);
  }
  if (!contentDigest.safeParse(reference).success) throw OciError.of('oci-digest-invalid');
  return versionOfDocument(registry, model, { column: 'oci_manifest', digest: reference });
}
