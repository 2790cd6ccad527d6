import type { Kysely } from 'kysely';
import type { Database } from '../store/tables/index.ts';

/** Names of people and services by their ids, to show; somebody who was erased has none. */
export async function namesOf(read: Kysely<Database>, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(ids)];
  const people = wanted.filter((id) => id.startsWith('per_'));
  const services = wanted.filter((id) => id.startsWith('svc_'));
  const rows = [
    ...(people.length === 0
      ? []
      : await read
          .selectFrom('people_data')
          .select(['person_id as id', 'name'])
          .where('person_id', 'in', people)
          .execute()),
    ...(services.length === 0
      ? []
      : await read.selectFrom('services').select(['id', 'name']).where('id', 'in', services).execute()),
  ];
  return new Map(rows.map(({ id, name }) => [id, name]));
}
