import { versionSource } from '../../contract/types/registry.ts';
import type { RegistryModelRow } from '../models/find-model.ts';
import { modelNameKey } from '../models/name-key.ts';
import type { Registry } from '../registry.ts';
import type { VersionRow } from '../versions/move-version.ts';
import { isPulledThrough } from '../upstream/is-pulled-through.ts';
import { DEFAULT_REVISION } from './address.ts';
import { HubError } from './errors.ts';
import { findPrincipals } from '../../access/grants/principals.ts';
import { releasedAt, titleOf } from './file-entries.ts';
import type { ReleasedRow } from './find-revision.ts';
import type { Repository } from './open-repository.ts';

const MAX_REFERENCES = 1000;

interface Reference {
  readonly name: string;
  readonly ref: string;
  readonly targetCommit: string;
}

/**
 * `main` and the stages are branches, numbers are tags: only what is released can be had, so only that is named. What is pulled through has no
 * numbers, but the names of the hub that somebody asked for; whether those are branches or tags there was not asked.
 */
export async function listReferences(registry: Pick<Registry, 'store' | 'upstream'>, model: RegistryModelRow) {
  const versions = await releasedVersions(registry, model, null);
  const isPulled = await isPulledThrough(registry, model);
  const branches = branchesHere(model, versions);
  if (isPulled) {
    for (const [name, commit] of await namesOfHub(registry, model, versions)) {
      if (!branches.has(name)) branches.set(name, commit);
    }
  }
  const reference = (kind: 'heads' | 'tags', name: string, targetCommit: string): Reference => ({
    name,
    ref: `refs/${kind}/${name}`,
    targetCommit,
  });
  return {
    branches: [...branches].map(([name, commit]) => reference('heads', name, commit)),
    converts: [],
    tags: isPulled ? [] : versions.map(({ number, revision }) => reference('tags', `v${number}`, revision)),
    pullRequests: [],
  };
}

/** `main` and the stages, and the revision of each. */
function branchesHere({ released_version_id: newest }: RegistryModelRow, versions: readonly ReleasedRow[]) {
  const branches = new Map<string, string>();
  for (const { id, stage, revision } of versions) {
    if (id === newest) branches.set(DEFAULT_REVISION, revision);
    if (stage !== 'none' && stage !== 'retired' && !branches.has(stage)) branches.set(stage, revision);
  }
  return branches;
}

/** By which names what is released can be had here, whatever a hub calls it. */
export async function namesHere(registry: Pick<Registry, 'store'>, model: RegistryModelRow) {
  const versions = await releasedVersions(registry, model, null);
  return { branches: [...branchesHere(model, versions).keys()], numbers: versions.map(({ number }) => `v${number}`) };
}

/** Names that led to what is released now when the hub answered last, and where they led. */
async function namesOfHub(
  { store, upstream }: Pick<Registry, 'store' | 'upstream'>,
  { name }: RegistryModelRow,
  versions: readonly ReleasedRow[],
): Promise<readonly (readonly [string, string])[]> {
  const sources = versions.map(({ source }) => versionSource.parse(JSON.parse(source)));
  const commits = new Set(sources.map((source) => (source.kind === 'hub' ? source.revision : '')));
  const known = await store.read
    .selectFrom('registry_hub_revisions')
    .select(['revision', 'commit_id'])
    .where('endpoint', '=', upstream?.endpoint ?? '')
    .where('repository', '=', modelNameKey(name))
    .orderBy('seen_at', 'desc')
    .limit(MAX_REFERENCES)
    .execute();
  const last = new Map(known.toReversed().map(({ revision, commit_id: commit }) => [revision, commit]));
  return [...last].filter(([, commit]) => commits.has(commit)).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

interface CommitsQuery {
  readonly limit: number;
  /** Number of the last version of the page before. */
  readonly cursor: string | undefined;
}

/** Released versions up to one of them, newest first, as the commits of a branch. */
export async function listCommits(registry: Pick<Registry, 'store'>, repository: Repository, query: CommitsQuery) {
  const { model, version } = repository;
  const before = query.cursor === undefined ? version.number + 1 : Number(query.cursor);
  if (!Number.isSafeInteger(before)) throw HubError.of('hub-request-wrong', 'expected the cursor of a page before');
  const versions = await releasedVersions(registry, model, { before, limit: query.limit + 1 });
  const page = versions.slice(0, query.limit);
  const authors = await findPrincipals(
    registry.store.read,
    page.flatMap((row) => authorOf(row) ?? []),
  );
  return {
    items: page.map((row) => {
      const name = authors.get(row.created_by_id ?? '')?.name;
      return {
        id: row.revision,
        title: titleOf(row),
        message: row.message.split('\n').slice(1).join('\n').trim(),
        authors: name === undefined ? [] : [{ user: name, avatar: '' }],
        date: releasedAt(row),
      };
    }),
    next: versions.length > query.limit ? String(page.at(-1)?.number ?? '') : null,
    total: await countReleased(registry, repository),
  };
}

async function countReleased({ store }: Pick<Registry, 'store'>, { model, version }: Repository): Promise<number> {
  const { count } = await store.read
    .selectFrom('registry_versions')
    .select(({ fn }) => fn.countAll<number | string>().as('count'))
    .where('model_id', '=', model.id)
    .where('state', '=', 'released')
    .where('number', '<=', version.number)
    .executeTakeFirstOrThrow();
  return Number(count);
}

const authorOf = ({ created_by_kind: kind, created_by_id: id }: VersionRow) =>
  kind === null || id === null ? null : { kind, id };

async function releasedVersions(
  { store }: Pick<Registry, 'store'>,
  { id }: RegistryModelRow,
  part: { readonly before: number; readonly limit: number } | null,
): Promise<readonly ReleasedRow[]> {
  let wanted = store.read
    .selectFrom('registry_versions')
    .selectAll()
    .where('model_id', '=', id)
    .where('state', '=', 'released')
    .orderBy('number', 'desc')
    .limit(part?.limit ?? MAX_REFERENCES);
  if (part !== null) wanted = wanted.where('number', '<', part.before);
  const rows = await wanted.execute();
  return rows.flatMap((row) => (row.revision === null ? [] : [{ ...row, revision: row.revision }]));
}
