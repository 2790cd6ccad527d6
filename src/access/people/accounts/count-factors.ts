import { expressionBuilder, type SelectQueryBuilder } from 'kysely';
import type { Database } from '../../../store/tables/index.ts';

type WithPerson = Database & { readonly p: Database['people'] };

type CountOf<Alias extends string, Table extends keyof Database> = SelectQueryBuilder<
  WithPerson & Record<Alias, Database[Table]>,
  'p' | Alias,
  { n: number | string | bigint }
>;

/** Parts of any query that has a person as `p`. */
const person = expressionBuilder<WithPerson, 'p'>();

/** How many passkeys he has, suspended ones too. */
export function passkeyCount(): CountOf<'k', 'people_passkeys'> {
  return person
    .selectFrom('people_passkeys as k')
    .select(({ fn }) => fn.countAll().as('n'))
    .whereRef('k.person_id', '=', 'p.id');
}

/** How many outside accounts are linked to his. */
export function identityCount(): CountOf<'i', 'people_identities'> {
  return person
    .selectFrom('people_identities as i')
    .select(({ fn }) => fn.countAll().as('n'))
    .whereRef('i.person_id', '=', 'p.id');
}
