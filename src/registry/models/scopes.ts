import type { Kysely } from 'kysely';
import type { Scope } from '../../contract/types/common.ts';
import type { Database } from '../../store/tables/index.ts';

type Reader = Pick<Kysely<Database>, 'selectFrom'>;

/** What actions on a model are asked for; undefined where there is none. */
export async function modelScope(read: Reader, modelId: string): Promise<Scope | undefined> {
  const found = await read.selectFrom('registry_models').select('id').where('id', '=', modelId).executeTakeFirst();
  return found === undefined ? undefined : { kind: 'model', id: found.id };
}

/** Actions on a version are asked for on its model. */
export async function versionScope(read: Reader, versionId: string): Promise<Scope | undefined> {
  const found = await read
    .selectFrom('registry_versions')
    .select('model_id')
    .where('id', '=', versionId)
    .executeTakeFirst();
  return found === undefined ? undefined : { kind: 'model', id: found.model_id };
}
