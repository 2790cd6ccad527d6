import { PeopleError } from '../errors.ts';
import type { People } from '../people.ts';
import { accountEntry, type Actor } from '../record.ts';

/** @throws PeopleError `person-unknown`. */
export async function renamePerson(
  { store }: People,
  { actor, personId, name }: { readonly actor: Actor; readonly personId: string; readonly name: string },
): Promise<void> {
  await store.change(async ({ sql, record }) => {
    const renamed = await sql
      .updateTable('people_data')
      .set({ name })
      .where('person_id', '=', personId)
      .executeTakeFirst();
    if (renamed.numUpdatedRows !== 1n) throw PeopleError.of('person-unknown');
    record(accountEntry({ activity: 'people.rename', actor, personId, personal: { name } }));
  });
}
