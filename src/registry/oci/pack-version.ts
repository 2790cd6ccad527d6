import { createHash } from 'node:crypto';
import type { Insertable } from 'kysely';
import { timeText } from '../../contract/time-text.ts';
import type { RegistryTables } from '../../store/tables/registry.ts';
import { layerType, weightsFormat } from './layer-type.ts';
import { mediaTypes } from './media-types.ts';

/** What a manifest is made of: nothing that changes once the version is released. */
export interface PackedFacts {
  readonly name: string;
  readonly number: number;
  readonly revision: string;
  readonly createdAtMs: number;
  readonly files: readonly PackedFile[];
}

interface PackedFile {
  readonly path: string;
  readonly bytes: number;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
}

export interface Document {
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly bytes: Buffer;
}

interface Packed {
  readonly manifest: Document;
  readonly config: Document;
}

/** Clients refuse longer ones, and so do registries that a copy might be sent to. */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/** What the records keep of a manifest; all null where there are too many files for one. */
type PackedColumns = Pick<
  Insertable<RegistryTables['registry_versions']>,
  'oci_manifest' | 'oci_manifest_bytes' | 'oci_config'
>;

export function packedColumns(facts: PackedFacts): PackedColumns {
  const { manifest, config } = packVersion(facts);
  const { length } = manifest.bytes;
  if (length > MAX_MANIFEST_BYTES) return { oci_manifest: null, oci_manifest_bytes: null, oci_config: null };
  return { oci_manifest: manifest.digest, oci_manifest_bytes: length, oci_config: config.digest };
}

/**
 * A released version as an artifact of the ModelPack specification, each file a layer as it is. What it gives for a version must never change by
 * a byte: a new way to pack is another function, and this one stays for the versions that it packed.
 */
export function packVersion(facts: PackedFacts): Packed {
  const files = facts.files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const config = documentOf(configOf(facts, files));
  const manifest = documentOf({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType: mediaTypes.modelManifest,
    config: { mediaType: mediaTypes.modelConfig, digest: config.digest, size: config.bytes.length },
    layers: files.map(layerOf),
    annotations: {
      'org.opencontainers.image.created': timeText(facts.createdAtMs),
      'org.opencontainers.image.revision': facts.revision,
      'org.opencontainers.image.title': facts.name,
      'org.opencontainers.image.version': `v${facts.number}`,
    },
  });
  return { manifest, config };
}

function configOf({ name, number, revision, createdAtMs }: PackedFacts, files: readonly PackedFile[]): object {
  const format = weightsFormat(files.map(({ path }) => path));
  return {
    descriptor: { createdAt: timeText(createdAtMs), name, version: `v${number}`, revision },
    modelfs: { type: 'layers', diffIds: files.map(({ digest }) => digest) },
    config: format === undefined ? {} : { format },
  };
}

function layerOf({ path, bytes, digest }: PackedFile): object {
  return {
    mediaType: layerType(path),
    digest,
    size: bytes,
    annotations: {
      'org.cncf.model.file.mediatype.untested': 'true',
      'org.cncf.model.filepath': path,
      'org.opencontainers.image.title': path,
    },
  };
}

export function documentOf(content: object): Document {
  const bytes = Buffer.from(JSON.stringify(content));
  return { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, bytes };
}
