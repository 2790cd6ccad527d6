import type { Change } from '../../../store/store.ts';
import type { Caller } from '../../caller.ts';
import { folded } from '../../folded.ts';
import { PeopleError } from '../errors.ts';
import type { People } from '../people.ts';
import { accountEntry, actorOf } from '../record.ts';
import { requireNotAbove } from './above.ts';

/** @throws PeopleError `person-unknown`, `person-above`. */
export async function renamePerson(
  people: People,
  { caller, personId, name }: { readonly caller: Caller; readonly personId: string; readonly name: string },
): Promise<void> {
  await people.store.change(async (change) => {
    await requireNotAbove(people, change, { caller, personId });
    await storeName(change, { personId, name });
    change.record(accountEntry({ activity: 'people.rename', actor: actorOf(caller), personId, personal: { name } }));
  });
}

/** Writes a name within a change, with what it is found by. @throws PeopleError `person-unknown`. */
export async function storeName(
  { sql }: Change,
  { personId, name }: { readonly personId: string; readonly name: string },
): Promise<void> {
  const renamed = await sql
    .updateTable('people_data')
    .set({ name, name_key: folded(name) })
    .where('person_id', '=', personId)
    .executeTakeFirst();
  if (renamed.numUpdatedRows !== 1n) throw PeopleError.of('person-unknown');
}
