import type { Kysely, Selectable } from 'kysely';
import type { Database } from '../../store/tables/index.ts';
import { modelNameKey } from './name-key.ts';

export type RegistryModelRow = Selectable<Database['registry_models']>;

type Reader = Pick<Kysely<Database>, 'selectFrom'>;

/** By name, in any case; archived ones too. Undefined where there is none. */
export async function findModelByName(read: Reader, name: string): Promise<RegistryModelRow | undefined> {
  return read.selectFrom('registry_models').selectAll().where('name_key', '=', modelNameKey(name)).executeTakeFirst();
}
