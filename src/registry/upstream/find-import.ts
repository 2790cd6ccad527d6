import { type Kysely, type SelectQueryBuilder, sql, type SqlBool } from 'kysely';
import { foldedPattern } from '../../access/folded.ts';
import type { VersionSource } from '../../contract/types/registry.ts';
import type { Database } from '../../store/tables/index.ts';
import type { RegistryModelRow } from '../models/find-model.ts';
import type { VersionRow } from '../versions/move-version.ts';

type Reader = Pick<Kysely<Database>, 'selectFrom'>;
type HubSource = Extract<VersionSource, { kind: 'hub' }>;

/** Its keys in this order: a version is found by the text. */
export function hubSource({ endpoint, repository, revision }: Omit<HubSource, 'kind'>): HubSource {
  return { kind: 'hub', endpoint, repository, revision };
}

/** The newest version of a model that was fetched from there. */
export async function findImport(read: Reader, modelId: string, source: HubSource): Promise<VersionRow | undefined> {
  return newest(read, modelId).where('source', '=', JSON.stringify(source)).executeTakeFirst();
}

/**
 * Whether a version of a model came from the repository of the model's own name or was to, at whichever hub, whatever became of it. What was
 * imported under another name makes the model none of the hub's: by its own name there is a stranger, or nobody yet.
 */
export async function hasOwnImport(
  read: Reader,
  { id, name }: Pick<RegistryModelRow, 'id' | 'name'>,
): Promise<boolean> {
  const part = `,"repository":${JSON.stringify(name)},"revision":`;
  const isOwn = sql<SqlBool>`lower(source) like ${foldedPattern(part)} escape '\\'`;
  return (
    (await newest(read, id).where('source', 'like', '{"kind":"hub",%').where(isOwn).executeTakeFirst()) !== undefined
  );
}

/** The newest version of a model that was fetched from a hub at one of these commits, and can be had. */
export async function findReleasedImport(
  read: Reader,
  modelId: string,
  { commits, ...from }: Pick<HubSource, 'endpoint' | 'repository'> & { readonly commits: readonly string[] },
): Promise<VersionRow | undefined> {
  if (commits.length === 0) return undefined;
  const sources = commits.map((revision) => JSON.stringify(hubSource({ ...from, revision })));
  return newest(read, modelId).where('state', '=', 'released').where('source', 'in', sources).executeTakeFirst();
}

/** The released version that goes by this revision of the registry's own. */
export async function findReleasedRevision(
  read: Reader,
  modelId: string,
  revision: string,
): Promise<VersionRow | undefined> {
  return newest(read, modelId).where('state', '=', 'released').where('revision', '=', revision).executeTakeFirst();
}

function newest(read: Reader, modelId: string): SelectQueryBuilder<Database, 'registry_versions', VersionRow> {
  return read
    .selectFrom('registry_versions')
    .selectAll()
    .where('model_id', '=', modelId)
    .orderBy('number', 'desc')
    .limit(1);
}
