import { timeText } from '../../contract/time-text.ts';
import type { RegistryModelRow } from '../models/find-model.ts';
import type { Registry } from '../registry.ts';
import { type ReleasedFile, releasedAt, releasedFiles, statusOf } from './file-entries.ts';
import type { ReleasedRow } from './find-revision.ts';
import { hexOf, pointerOf } from './git-ids.ts';
import type { Repository } from './open-repository.ts';

interface InfoOptions {
  /** With size and digest of each file. */
  readonly hasBlobs: boolean;
  /** With what the examination found. */
  readonly hasSecurity: boolean;
}

/** What the hub says of a model at one of its revisions. */
export async function modelInfo(
  registry: Pick<Registry, 'store'>,
  { model, version }: Repository,
  options: InfoOptions,
) {
  const files = await releasedFiles(registry, version);
  const downloads = await downloadsOf(registry, [model.id]);
  return {
    ...summaryOf(model, version, downloads.get(model.id) ?? 0),
    cardData: model.licence === null ? {} : { license: model.licence },
    usedStorage: version.byte_count,
    spaces: [],
    siblings: files.map((file) => (options.hasBlobs ? siblingWithBlob(file) : { rfilename: file.path })),
    ...(options.hasSecurity ? { securityRepoStatus: securityOf(files) } : {}),
  };
}

/** What a list of models says of each. */
export function summaryOf(model: RegistryModelRow, version: ReleasedRow, downloads: number) {
  const [author] = model.name.includes('/') ? model.name.split('/') : [];
  return {
    _id: model.id,
    id: model.name,
    modelId: model.name,
    ...(author === undefined ? {} : { author }),
    sha: version.revision,
    createdAt: timeText(model.created_at),
    lastModified: releasedAt(version),
    // Nothing here is open to the world, and who may have it is decided elsewhere than by forms.
    private: true,
    gated: false,
    disabled: false,
    downloads,
    // There is nothing to like models with.
    likes: 0,
    tags: tagsOf(model),
  };
}

const tagsOf = ({ tags, licence }: RegistryModelRow): readonly string[] => [
  ...(JSON.parse(tags) as string[]),
  ...(licence === null ? [] : [`license:${licence.toLowerCase()}`]),
];

function siblingWithBlob({ path, bytes, digest }: ReleasedFile) {
  const { oid, bytes: pointerSize } = pointerOf(digest, bytes);
  return { rfilename: path, size: bytes, blobId: oid, lfs: { sha256: hexOf(digest), size: bytes, pointerSize } };
}

function securityOf(files: readonly ReleasedFile[]) {
  const issues = files.filter(({ verdict }) => verdict === 'suspicious' || verdict === 'malicious');
  return {
    scansDone: files.every(({ verdict }) => verdict !== null),
    filesWithIssues: issues.map(({ path, verdict }) => ({ path, level: statusOf(verdict) })),
  };
}

/** By how many people and services each of these models was downloaded. */
export async function downloadsOf(
  { store }: Pick<Registry, 'store'>,
  modelIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (modelIds.length === 0) return new Map();
  const rows = await store.read
    .selectFrom('registry_downloads')
    .innerJoin('registry_versions', 'registry_versions.id', 'registry_downloads.version_id')
    .select(({ fn }) => [
      'registry_versions.model_id as id',
      fn.count<number | string>('registry_downloads.principal_id').distinct().as('count'),
    ])
    .where('registry_versions.model_id', 'in', modelIds)
    .groupBy('registry_versions.model_id')
    .execute();
  return new Map(rows.map(({ id, count }) => [id, Number(count)]));
}
