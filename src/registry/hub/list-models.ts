import { type Expression, type SqlBool, sql } from 'kysely';
import { z } from 'zod';
import type { ModelDecisions } from '../../access/policies/decide-models.ts';
import type { RegistryModelRow } from '../models/find-model.ts';
import { contains, modelsInWindow, type ModelWindows, type Window } from '../models/model-window.ts';
import { type FoundModel, pageOfModels } from '../models/page-of-models.ts';
import type { Registry } from '../registry.ts';
import { HubError } from './errors.ts';
import { downloadsOf, summaryOf } from './model-info.ts';
import type { Repository } from './open-repository.ts';

const MAX_PAGE = 500;

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
  /** Only those whose terms one must agree to on the hub: nothing here is of that kind. */
  gated: z.stringbool().catch(false).default(false),
  cursor: z.string().max(400).optional(),
});
type ModelsQuery = z.output<typeof modelsQuery>;

interface ModelsPage {
  readonly items: readonly ReturnType<typeof summaryOf>[];
  /** For `cursor` of the next page. */
  readonly next: string | null;
}

type Reading = Pick<Registry, 'store'>;

/** Models with a released version that the caller may read, by name or, where the query sorts by `lastModified`, the last changed first. */
export async function listModels(
  registry: Reading,
  query: ModelsQuery,
  maySee: ModelDecisions['allows'],
): Promise<ModelsPage> {
  if (query.gated) return { items: [], next: null };
  const order = query.sort === 'lastModified' || query.sort === 'last_modified' ? 'changed' : 'name';
  const windows = { order, ...(query.author === '' ? {} : { namespace: query.author }) } as const;
  const { items, next } = await pageOfModels(registry.store, {
    windows,
    find: findReleased(registry, query, windows),
    maySee,
    limit: query.limit,
    cursor: query.cursor === undefined ? null : openCursor(order, query.cursor),
  });
  return { items: await summariesOf(registry, items), next: next === null ? null : sealCursor(order, next) };
}

/** A cursor goes into an address, where it means nothing to anybody, and holds for one order only. */
const sealCursor = (order: ModelWindows['order'], cursor: string): string =>
  Buffer.from(`${order} ${cursor}`).toString('base64url');

function openCursor(order: ModelWindows['order'], text: string): string {
  const plain = Buffer.from(text, 'base64url').toString('utf8');
  if (plain.startsWith(`${order} `)) return plain.slice(order.length + 1);
  throw HubError.of('hub-request-wrong', 'expected the cursor of a page before');
}

const findReleased =
  ({ store }: Reading, { search, filter }: ModelsQuery, windows: ModelWindows) =>
  (window: Window): Promise<readonly FoundModel[]> => {
    const words = search.split(/\s+/).filter((word) => word !== '');
    const wanted = [
      ...words.map((word) => contains(store, 'registry_models.name_key', word)),
      ...filter.map((tag) => hasTag(store, tag)),
    ];
    return modelsInWindow(store, windows, window)
      .where('registry_models.released_version_id', 'is not', null)
      .where((eb) => eb.and(wanted))
      .execute();
  };

function hasTag(store: Reading['store'], tag: string): Expression<SqlBool> {
  const licence = /^license:(.*)$/i.exec(tag)?.[1];
  if (licence !== undefined) return sql<SqlBool>`lower(registry_models.licence) = ${licence.toLowerCase()}`;
  return contains(store, 'registry_models.tags', JSON.stringify(tag));
}

async function summariesOf(registry: Reading, models: readonly RegistryModelRow[]): Promise<ModelsPage['items']> {
  const repositories = await withVersions(registry, models);
  const downloads = await downloadsOf(
    registry,
    repositories.map(({ model }) => model.id),
  );
  return repositories.map(({ model, version }) => summaryOf(model, version, downloads.get(model.id) ?? 0));
}

async function withVersions({ store }: Reading, models: readonly RegistryModelRow[]): Promise<readonly Repository[]> {
  const ids = models.flatMap(({ released_version_id: id }) => id ?? []);
  if (ids.length === 0) return [];
  const versions = await store.read.selectFrom('registry_versions').selectAll().where('id', 'in', ids).execute();
  const byId = new Map(versions.map((version) => [version.id, version]));
  return models.flatMap((model) => {
    const version = byId.get(model.released_version_id ?? '');
    // It may have been recalled since.
    if (version?.state !== 'released' || version.revision === null) return [];
    return [{ model, version: { ...version, revision: version.revision } }];
  });
}
