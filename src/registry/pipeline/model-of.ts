import type { Kysely } from 'kysely';
import type { Database } from '../../store/tables/index.ts';
import { RegistryError } from '../errors.ts';

/** What of a model counts when a version of it is judged. */
export async function modelOf(read: Pick<Kysely<Database>, 'selectFrom'>, modelId: string) {
  const row = await read
    .selectFrom('registry_models as model')
    .innerJoin('resources as resource', 'resource.id', 'model.id')
    .select(['model.name', 'model.tags', 'model.licence', 'resource.classification'])
    .where('model.id', '=', modelId)
    .executeTakeFirst();
  if (row === undefined) throw RegistryError.of('model-unknown', modelId);
  const { name, licence, classification, tags } = row;
  return { name, licence, classification, tags: JSON.parse(tags) as string[] };
}
