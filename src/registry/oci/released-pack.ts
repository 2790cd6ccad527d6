import { RegistryError } from '../errors.ts';
import { releasedFiles } from '../hub/file-entries.ts';
import { findRevision, type ReleasedRow } from '../hub/find-revision.ts';
import type { RegistryModelRow } from '../models/find-model.ts';
import type { Registry } from '../registry.ts';
import { inOciWords, OciError } from './errors.ts';
import { packVersion } from './pack-version.ts';

type Means = Pick<Registry, 'store'>;

/** A version of a model by what the hub interface calls a revision. @throws OciError with the reason why it cannot be had */
export async function releasedVersion(
  { store }: Means,
  model: RegistryModelRow,
  revision: string,
): Promise<ReleasedRow> {
  return inOciWords(findRevision(store.read, model, revision));
}

/** The version that has this manifest or this configuration; undefined where none has. @throws as `releasedVersion` */
export async function versionOfDocument(
  registry: Means,
  model: RegistryModelRow,
  { column, digest }: { readonly column: 'oci_manifest' | 'oci_config'; readonly digest: string },
): Promise<ReleasedRow | undefined> {
  const found = await registry.store.read
    .selectFrom('registry_versions')
    .select('number')
    .where('model_id', '=', model.id)
    .where(column, '=', digest)
    .executeTakeFirst();
  return found === undefined ? undefined : releasedVersion(registry, model, `v${found.number}`);
}

/** Manifest and configuration of a version, as they were when it was released. @throws OciError, RegistryError `content-damaged` */
export async function releasedPack(
  registry: Means,
  { name }: Pick<RegistryModelRow, 'name'>,
  version: ReleasedRow,
): Promise<ReturnType<typeof packVersion>> {
  if (version.oci_manifest === null) throw OciError.of('oci-manifest-too-long', `v${version.number}`);
  const { number, revision, created_at: createdAtMs } = version;
  const files = await releasedFiles(registry, version);
  const packed = packVersion({ name, number, revision, createdAtMs, files });
  if (packed.manifest.digest === version.oci_manifest) return packed;
  throw RegistryError.of('content-damaged', `manifest of version ${number} of ${name}`);
}
