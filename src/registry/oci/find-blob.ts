import { contentDigest } from '../../contract/types/registry.ts';
import type { HubCall } from '../hub/open-repository.ts';
import type { RegistryModelRow } from '../models/find-model.ts';
import type { Registry } from '../registry.ts';
import { OciError } from './errors.ts';
import { openRepositoryModel } from './open-model.ts';
import type { Document } from './pack-version.ts';
import { emptyDocument, findReferrer } from './referrers.ts';
import { releasedPack, releasedVersion, versionOfDocument } from './released-pack.ts';

interface BlobFacts {
  /** What it is called where it is saved. */
  readonly path: string;
  readonly digest: string;
  readonly bytes: number;
}

/** A file of a released version, a document that was made for this request, or one that is stored. */
export type FoundBlob = BlobFacts &
  (
    | { readonly kind: 'file'; readonly versionId: string }
    | { readonly kind: 'made'; readonly content: Buffer }
    | { readonly kind: 'stored' }
  );

/**
 * What a digest names in the repository of a model: only what a released version has, whatever else is stored.
 * @throws OciError for everything else, with the reason
 */
export async function findBlob(
  call: HubCall,
  { name, digest }: { readonly name: string; readonly digest: string },
): Promise<FoundBlob> {
  const model = await openRepositoryModel(call, name);
  if (!contentDigest.safeParse(digest).success) throw OciError.of('oci-digest-invalid');
  const { registry } = call;
  const found =
    (await findFile(registry, model, { digest, state: 'released' })) ?? (await findDocument(registry, model, digest));
  if (found !== undefined) return found;
  await checkRecalled(registry, model, digest);
  throw OciError.of('oci-blob-unknown', digest);
}

type InState = { readonly digest: string; readonly state: 'released' | 'recalled' };

/** Of several versions that have it, the newest. */
async function findFile(registry: Registry, model: RegistryModelRow, wanted: InState): Promise<FoundBlob | undefined> {
  const row = await newestWith(registry, model, wanted);
  return row === undefined ? undefined : { kind: 'file', digest: wanted.digest, ...row };
}

function newestWith({ store }: Registry, { id }: RegistryModelRow, { digest, state }: InState) {
  return store.read
    .selectFrom('registry_files as f')
    .innerJoin('registry_versions as v', 'v.id', 'f.version_id')
    .select(['v.id as versionId', 'v.number', 'f.path', 'f.bytes'])
    .where('f.digest', '=', digest)
    .where('f.side', '=', 'release')
    .where('v.model_id', '=', id)
    .where('v.state', '=', state)
    .orderBy('v.number', 'desc')
    .orderBy('f.path')
    .executeTakeFirst();
}

async function findDocument(
  registry: Registry,
  model: RegistryModelRow,
  digest: string,
): Promise<FoundBlob | undefined> {
  if (digest === emptyDocument.digest) return made('empty.json', emptyDocument);
  const version = await versionOfDocument(registry, model, { column: 'oci_config', digest });
  if (version !== undefined) return made('model.json', (await releasedPack(registry, model, version)).config);
  const referrer = await findReferrer(registry, model, { content: digest });
  if (referrer === undefined) return undefined;
  const { name: path, bytes } = referrer.content;
  return { kind: 'stored', path, bytes, digest };
}

const made = (path: string, { digest, bytes }: Document): FoundBlob => ({
  kind: 'made',
  path,
  digest,
  bytes: bytes.length,
  content: bytes,
});

/** Whoever pulls by digests that he had before hears why they cannot be had any more. */
async function checkRecalled(registry: Registry, model: RegistryModelRow, digest: string): Promise<void> {
  const row = await newestWith(registry, model, { digest, state: 'recalled' });
  if (row !== undefined) await releasedVersion(registry, model, `v${row.number}`);
}
