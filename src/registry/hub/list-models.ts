import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { folded, foldedPattern } from '../../access/folded.ts';
import type { Database } from '../../store/tables/index.ts';
import type { RegistryModelRow } from '../models/find-model.ts';
import { HubError } from './errors.ts';
import type { VersionRow } from '../versions/move-version.ts';
import { downloadsOf, summaryOf } from './model-info.ts';
import type { HubCall, Repository } from './open-repository.ts';

const MAX_PAGE = 500;
/** Models that one request asks the policies about; what it did not come to is on the next page. */
const MAX_LOOKED_AT = 2000;
const ROWS_AT_ONCE = 500;

export const modelsQuery = z.object({
  search: z.string().trim().max(200).default(''),
  author: z.string().trim().max(100).default(''),
  /** Tags, each of which a model must have. */
  filter: z.array(z.string().max(200)).max(20).default([]),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .catch(100)
    .transform((limit) => Math.min(limit, MAX_PAGE))
    .default(100),
  sort: z.string().max(40).default(''),
  cursor: z.string().max(400).optional(),
});
type ModelsQuery = z.output<typeof modelsQuery>;

interface ModelsPage {
  readonly items: readonly ReturnType<typeof summaryOf>[];
  /** For `cursor` of the next page. */
  readonly next: string | null;
}

type Row = RegistryModelRow & { readonly version: VersionRow | undefined };

/** Models with a released version that the caller may read, by name or, where the query sorts by `lastModified`, the last changed first. */
export async function listModels(call: HubCall, query: ModelsQuery): Promise<ModelsPage> {
  const found: Repository[] = [];
  let at = readCursor(query);
  for (let lookedAt = 0; ; ) {
    const rows = await rowsAfter(call, query, at);
    for (const row of rows) {
      if (found.length === query.limit || lookedAt === MAX_LOOKED_AT) return pageOf(call, found, at);
      lookedAt++;
      at = placeOf(row, query);
      const repository = await readable(call, row);
      if (repository !== undefined) found.push(repository);
    }
    if (rows.length < ROWS_AT_ONCE) return pageOf(call, found, null);
  }
}

async function pageOf({ registry }: HubCall, found: readonly Repository[], at: Place | null): Promise<ModelsPage> {
  const downloads = await downloadsOf(
    registry,
    found.map(({ model }) => model.id),
  );
  return {
    items: found.map(({ model, version }) => summaryOf(model, version, downloads.get(model.id) ?? 0)),
    next: at === null ? null : Buffer.from(JSON.stringify(at)).toString('base64url'),
  };
}

async function readable({ registry, caller }: HubCall, { version, ...model }: Row): Promise<Repository | undefined> {
  if (version?.state !== 'released' || version.revision === null) return undefined;
  const { allowed } = await registry.authorizer.decide(caller, 'models.read', { kind: 'model', id: model.id });
  return allowed ? { model, version: { ...version, revision: version.revision } } : undefined;
}

/** Where a page ended: a name, or a time and an id. */
const place = z.union([z.tuple([z.string().max(200)]), z.tuple([z.int(), z.string().max(64)])]);
type Place = z.output<typeof place>;

const isByTime = ({ sort }: ModelsQuery): boolean => sort === 'lastModified' || sort === 'last_modified';

const placeOf = (row: Row, query: ModelsQuery): Place => (isByTime(query) ? [row.changed_at, row.id] : [row.name_key]);

function readCursor(query: ModelsQuery): Place | null {
  if (query.cursor === undefined) return null;
  const wrong = HubError.of('hub-request-wrong', 'expected the cursor of a page before');
  try {
    const parsed = place.safeParse(JSON.parse(Buffer.from(query.cursor, 'base64url').toString('utf8')));
    if (parsed.success && isByTime(query) === (parsed.data.length === 2)) return parsed.data;
  } catch {
    throw wrong;
  }
  throw wrong;
}

async function rowsAfter({ registry }: HubCall, query: ModelsQuery, at: Place | null): Promise<readonly Row[]> {
  const { read } = registry.store;
  let wanted = read
    .selectFrom('registry_models')
    .selectAll()
    .where('released_version_id', 'is not', null)
    .where('is_archived', '=', 0)
    .limit(ROWS_AT_ONCE);
  if (query.author !== '') wanted = wanted.where(nameLike(foldedPattern(`${query.author}/`).slice(1)));
  for (const word of query.search.split(/\s+/)) if (word !== '') wanted = wanted.where(nameLike(foldedPattern(word)));
  for (const tag of query.filter) wanted = wanted.where(hasTag(folded(tag)));
  if (!isByTime(query)) {
    if (at !== null) wanted = wanted.where('name_key', '>', String(at[0]));
    return withVersions(read, await wanted.orderBy('name_key').execute());
  }
  if (at?.length === 2) {
    const [time, id] = at;
    wanted = wanted.where((row) =>
      row.or([row('changed_at', '<', time), row.and([row('changed_at', '=', time), row('id', '<', id)])]),
    );
  }
  return withVersions(read, await wanted.orderBy('changed_at', 'desc').orderBy('id', 'desc').execute());
}

const nameLike = (pattern: string) => sql<boolean>`name_key like ${pattern} escape '\\'`;

function hasTag(tag: string) {
  const licence = tag.startsWith('license:') ? tag.slice('license:'.length) : null;
  if (licence !== null) return sql<boolean>`lower(licence) = ${licence}`;
  return sql<boolean>`tags like ${foldedPattern(JSON.stringify(tag))} escape '\\'`;
}

async function withVersions(
  read: Pick<Kysely<Database>, 'selectFrom'>,
  models: readonly RegistryModelRow[],
): Promise<readonly Row[]> {
  const ids = models.flatMap(({ released_version_id: id }) => id ?? []);
  if (ids.length === 0) return [];
  const versions = await read.selectFrom('registry_versions').selectAll().where('id', 'in', ids).execute();
  const byId = new Map(versions.map((version) => [version.id, version]));
  return models.map((model) => ({ ...model, version: byId.get(model.released_version_id ?? '') }));
}
