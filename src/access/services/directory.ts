import type { Kysely } from 'kysely';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Database } from '../../store/tables/index.ts';

/** Shown for somebody whose personal data was erased: the id is all that is left. */
const NAMELESS = 'erased';

export interface PersonFacts {
  /** Null after erasure. */
  readonly name: string | null;
  readonly isActive: boolean;
}

/** People by id; ids that nobody has are absent. */
export async function findPeople(
  read: Kysely<Database>,
  ids: Iterable<string>,
): Promise<ReadonlyMap<string, PersonFacts>> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return new Map();
  const rows = await read
    .selectFrom('people as p')
    .leftJoin('people_data as d', 'd.person_id', 'p.id')
    .select(['p.id', 'p.state', 'd.name'])
    .where('p.id', 'in', wanted)
    .execute();
  return new Map(rows.map(({ id, state, name }) => [id, { name, isActive: state === 'active' }]));
}

interface NamedPrincipal extends PrincipalRef {
  readonly name: string;
}

/** Gives principals the names they have now. */
export type NamePrincipal = (ref: PrincipalRef) => NamedPrincipal;

/** Looks up the names of principals, all at once. */
export async function namePrincipals(read: Kysely<Database>, refs: Iterable<PrincipalRef>): Promise<NamePrincipal> {
  const all = [...refs];
  const idsOf = (kind: PrincipalRef['kind']) => all.filter((ref) => ref.kind === kind).map(({ id }) => id);
  const people = await findPeople(read, idsOf('person'));
  const services = await serviceNames(read, idsOf('service'));
  return ({ kind, id }) => ({
    kind,
    id,
    name: (kind === 'person' ? people.get(id)?.name : services.get(id)) ?? NAMELESS,
  });
}

async function serviceNames(read: Kysely<Database>, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await read
    .selectFrom('services')
    .select(['id', 'name'])
    .where('id', 'in', [...new Set(ids)])
    .execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}
