import type { Kysely, SelectQueryBuilder } from 'kysely';
import type { VersionSource } from '../../contract/types/registry.ts';
import type { Database } from '../../store/tables/index.ts';
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

/** Whether a version of a model came from a hub or was to, whichever that was, whatever became of it. */
export async function hasImport(read: Reader, modelId: string): Promise<boolean> {
  const start = JSON.stringify({ kind: 'hub' }).slice(0, -1);
  return (await newest(read, modelId).where('source', 'like', `${start},%`).executeTakeFirst()) !== undefined;
}

type Repository = Pick<HubSource, 'endpoint' | 'repository'>;

/** The newest version of a model that was fetched from a hub at one of these commits, and can be had. */
export async function findReleasedImport(
  read: Reader,
  modelId: string,
  { commits, ...from }: Repository & { readonly commits: readonly string[] },
): Promise<VersionRow | undefined> {
  if (commits.length === 0) return undefined;
  const sources = commits.map((revision) => JSON.stringify(hubSource({ ...from, revision })));
  return newest(read, modelId).where('state', '=', 'released').where('source', 'in', sources).executeTakeFirst();
}

/** The newest version of a model that came from a hub or was to, whatever became of it. */
export async function findAnyImport(read: Reader, modelId: string, from: Repository): Promise<VersionRow | undefined> {
  const start = JSON.stringify(hubSource({ ...from, revision: '' })).slice(0, -2);
  return newest(read, modelId)
    .where((eb) => eb(eb.fn<string>('substr', ['source', eb.val(1), eb.val(start.length)]), '=', start))
    .executeTakeFirst();
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
