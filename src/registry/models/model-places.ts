import type { Kysely } from 'kysely';
import type { ModelPlace } from '../../access/policies/decide-models.ts';
import type { Database } from '../../store/tables/index.ts';

type Reader = Pick<Kysely<Database>, 'selectFrom'>;

/** What decisions look at of models, by their ids: as many as a page shows. */
export async function modelPlaces(read: Reader, modelIds: readonly string[]): Promise<ReadonlyMap<string, ModelPlace>> {
  const ids = [...new Set(modelIds)];
  if (ids.length === 0) return new Map();
  const rows = await read
    .selectFrom('registry_models as model')
    .innerJoin('resources as resource', 'resource.id', 'model.id')
    .select(['model.id', 'model.project_id as projectId', 'resource.classification'])
    .where('model.id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}
