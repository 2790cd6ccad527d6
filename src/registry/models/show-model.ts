import type { Selectable } from 'kysely';
import { z } from 'zod';
import { findPrincipals, named } from '../../access/grants/principals.ts';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { model as modelSchema } from '../../contract/types/registry.ts';
import { timeText } from '../../contract/time-text.ts';
import type { Store } from '../../store/store.ts';
import type { Database } from '../../store/tables/index.ts';
import { RegistryError } from '../errors.ts';
import type { RegistryModelRow } from './find-model.ts';

export type Model = z.infer<typeof modelSchema>;

/** Ids in one statement. */
const MAX_IN_STATEMENT = 500;

const tagList = z.array(z.string());

/** @throws RegistryError `model-unknown`. */
export async function showModel(read: Store['read'], modelId: string): Promise<Model> {
  const row = await read.selectFrom('registry_models').selectAll().where('id', '=', modelId).executeTakeFirst();
  const [shown] = row === undefined ? [] : await showModels(read, [row]);
  if (shown === undefined) throw RegistryError.of('model-unknown', modelId);
  return shown;
}

/** Models as the wire has them, in the same order. */
export async function showModels(read: Store['read'], rows: readonly RegistryModelRow[]): Promise<Model[]> {
  const owners = rows.map(ownerOf);
  const principals = await findPrincipals(
    read,
    owners.filter((owner) => owner !== null),
  );
  const places = await findPlaces(
    read,
    rows.flatMap(({ id, project_id: projectId }) => [id, projectId]),
  );
  const versions = await findVersions(
    read,
    rows.flatMap((row) => [row.latest_version_id ?? [], row.released_version_id ?? []].flat()),
  );
  return rows.map((row, at) => {
    const place = places.get(row.id);
    if (place === undefined) throw new Error(`the model ${row.id} has no place`);
    const owner = owners[at] ?? null;
    return {
      id: row.id,
      name: row.name,
      project: { id: row.project_id, name: places.get(row.project_id)?.name ?? row.project_id },
      description: place.description,
      classification: place.classification,
      tags: tagList.parse(JSON.parse(row.tags)),
      licence: row.licence,
      owner: owner === null ? null : named(principals, owner),
      isArchived: row.is_archived === 1,
      createdAt: timeText(row.created_at),
      changedAt: timeText(row.changed_at),
      versions: row.versions,
      released: releasedOf(versions.get(row.released_version_id ?? '')),
      latest: latestOf(versions.get(row.latest_version_id ?? '')),
    };
  });
}

function ownerOf({ owner_kind: kind, owner_id: id }: RegistryModelRow): PrincipalRef | null {
  return kind === null || id === null ? null : { kind, id };
}

async function findPlaces(read: Store['read'], ids: readonly string[]) {
  const rows = await inPortions(ids, (some) =>
    read
      .selectFrom('resources')
      .select(['id', 'name', 'description', 'classification'])
      .where('id', 'in', some)
      .execute(),
  );
  return new Map(rows.map((row) => [row.id, row]));
}

const shownOfVersion = ['id', 'number', 'revision', 'stage', 'state', 'verdict', 'byte_count'] as const;
type VersionFacts = Pick<Selectable<Database['registry_versions']>, (typeof shownOfVersion)[number]>;

async function findVersions(read: Store['read'], ids: readonly string[]): Promise<ReadonlyMap<string, VersionFacts>> {
  const rows = await inPortions(ids, (some) =>
    read.selectFrom('registry_versions').select(shownOfVersion).where('id', 'in', some).execute(),
  );
  return new Map(rows.map((row) => [row.id, row]));
}

async function inPortions<Row>(
  ids: readonly string[],
  find: (some: readonly string[]) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const each = [...new Set(ids)];
  const found: Row[] = [];
  for (let from = 0; from < each.length; from += MAX_IN_STATEMENT) {
    found.push(...(await find(each.slice(from, from + MAX_IN_STATEMENT))));
  }
  return found;
}

function releasedOf(version: VersionFacts | undefined): Model['released'] {
  if (version === undefined) return null;
  const { id, number, revision, stage, verdict, byte_count: bytes } = version;
  return { id, number, revision, stage, verdict, bytes };
}

function latestOf(version: VersionFacts | undefined): Model['latest'] {
  if (version === undefined) return null;
  const { id, number, state, verdict } = version;
  return { id, number, state, verdict };
}
