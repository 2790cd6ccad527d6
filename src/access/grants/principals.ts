import type { Kysely } from 'kysely';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Database } from '../../store/tables/index.ts';

export interface KnownPrincipal extends PrincipalRef {
  readonly name: string;
  readonly state: string;
}

/** Ids in one statement. */
const MAX_IN_STATEMENT = 500;

/** Who of these is there, by id. Somebody whose data was erased is there without a name. */
export async function findPrincipals(
  read: Kysely<Database>,
  refs: readonly PrincipalRef[],
): Promise<ReadonlyMap<string, KnownPrincipal>> {
  const found = new Map<string, KnownPrincipal>();
  for (let from = 0; from < refs.length; from += MAX_IN_STATEMENT) {
    const some = refs.slice(from, from + MAX_IN_STATEMENT);
    for (const principal of await findSome(read, some)) found.set(principal.id, principal);
  }
  return found;
}

async function findSome(read: Kysely<Database>, refs: readonly PrincipalRef[]): Promise<readonly KnownPrincipal[]> {
  const idsOf = (kind: PrincipalRef['kind']): string[] => [
    ...new Set(refs.filter((ref) => ref.kind === kind).map(({ id }) => id)),
  ];
  const [people, services] = [idsOf('person'), idsOf('service')];
  const persons =
    people.length === 0
      ? []
      : await read
          .selectFrom('people')
          .leftJoin('people_data', 'people_data.person_id', 'people.id')
          .select(['people.id as id', 'people_data.name as name', 'people.state as state'])
          .where('people.id', 'in', people)
          .execute();
  const programs =
    services.length === 0
      ? []
      : await read.selectFrom('services').select(['id', 'name', 'state']).where('id', 'in', services).execute();
  return [
    ...persons.map(({ id, name, state }) => ({ kind: 'person' as const, id, name: name ?? id, state })),
    ...programs.map(({ id, name, state }) => ({ kind: 'service' as const, id, name, state })),
  ];
}

/** A principal with the name to show. */
export function named(
  principals: ReadonlyMap<string, KnownPrincipal>,
  { kind, id }: PrincipalRef,
): PrincipalRef & { name: string } {
  return { kind, id, name: principals.get(id)?.name ?? id };
}

/** Whether somebody can act at all: a person who was only invited, or was disabled, cannot. */
export function isActive(principals: ReadonlyMap<string, KnownPrincipal>, { id }: PrincipalRef): boolean {
  return principals.get(id)?.state === 'active';
}
