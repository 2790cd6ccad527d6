import { timeText } from '../../contract/time-text.ts';
import type { RegistryModelRow } from '../models/find-model.ts';
import type { Registry } from '../registry.ts';
import { mediaTypes } from './media-types.ts';
import { type Document, documentOf } from './pack-version.ts';

/** Documents about a version that go out beside it, and what their readers know them by. */
const typesOf = {
  signature: 'application/vnd.dev.sigstore.bundle.v0.3+json',
  attestations: 'application/vnd.vouchsafe.attestations.v1+jsonl',
  'bom-cyclonedx': 'application/vnd.cyclonedx+json',
  'bom-spdx': 'application/spdx+json',
} as const;
const kinds = Object.keys(typesOf) as (keyof typeof typesOf)[];

/** Of all versions of a model: of more, the newest are looked at. */
const MAX_REFERRERS = 2000;

/** What the configuration of an artifact is that has none (image specification, section "Guidance for an Empty Descriptor"). */
export const emptyDocument: Document = documentOf({});

interface Referrer {
  readonly artifactType: string;
  readonly manifest: Document;
  readonly annotations: Readonly<Record<string, string>>;
  readonly content: { readonly digest: string; readonly bytes: number; readonly name: string };
}

/** The index of what there is about a manifest; empty for whatever is none of a released version. */
export async function referrersIndex(
  registry: Pick<Registry, 'store'>,
  model: RegistryModelRow,
  { subject, artifactType }: { readonly subject: string; readonly artifactType: string | null },
): Promise<Document> {
  const all = await referrersOf(registry, model, { subject });
  return documentOf({
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: all
      .filter((referrer) => artifactType === null || referrer.artifactType === artifactType)
      .map(({ manifest, artifactType: type, annotations }) => ({
        mediaType: mediaTypes.manifest,
        digest: manifest.digest,
        size: manifest.bytes.length,
        artifactType: type,
        annotations,
      })),
  });
}

/** By the digest of its manifest or of its content; undefined where there is none about a released version. */
export async function findReferrer(
  registry: Pick<Registry, 'store'>,
  model: RegistryModelRow,
  wanted: { readonly manifest: string } | { readonly content: string },
): Promise<Referrer | undefined> {
  if ('content' in wanted) return (await referrersOf(registry, model, wanted))[0];
  const all = await referrersOf(registry, model, {});
  return all.find(({ manifest }) => manifest.digest === wanted.manifest);
}

async function referrersOf(
  { store }: Pick<Registry, 'store'>,
  { id }: RegistryModelRow,
  { subject, content }: { readonly subject?: string; readonly content?: string },
): Promise<readonly Referrer[]> {
  let wanted = store.read
    .selectFrom('registry_evidence as e')
    .innerJoin('registry_versions as v', 'v.id', 'e.version_id')
    .select(['e.kind', 'e.name', 'e.digest', 'e.bytes', 'e.made_at', 'v.oci_manifest', 'v.oci_manifest_bytes'])
    .where('v.model_id', '=', id)
    .where('v.state', '=', 'released')
    .where('v.oci_manifest', 'is not', null)
    .where('e.kind', 'in', kinds)
    .orderBy('v.number', 'desc')
    .orderBy('e.kind')
    .limit(MAX_REFERRERS);
  if (subject !== undefined) wanted = wanted.where('v.oci_manifest', '=', subject);
  if (content !== undefined) wanted = wanted.where('e.digest', '=', content);
  return (await wanted.execute()).map(referrerOf);
}

interface Row {
  readonly kind: string;
  readonly name: string;
  readonly digest: string;
  readonly bytes: number;
  readonly made_at: number;
  readonly oci_manifest: string | null;
  readonly oci_manifest_bytes: number | null;
}

function referrerOf(row: Row): Referrer {
  const { name, digest, bytes } = row;
  const artifactType = typesOf[row.kind as keyof typeof typesOf];
  const annotations = { 'org.opencontainers.image.created': timeText(row.made_at) };
  const manifest = documentOf({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType,
    config: { mediaType: mediaTypes.empty, digest: emptyDocument.digest, size: emptyDocument.bytes.length },
    layers: [{ mediaType: artifactType, digest, size: bytes, annotations: { 'org.opencontainers.image.title': name } }],
    subject: { mediaType: mediaTypes.manifest, digest: row.oci_manifest, size: row.oci_manifest_bytes },
    annotations,
  });
  return { artifactType, manifest, annotations, content: { digest, bytes, name } };
}
