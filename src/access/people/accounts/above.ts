import { type Role, roles } from '../../../contract/actions.ts';
import type { Change } from '../../../store/store.ts';
import type { Caller } from '../../caller.ts';
import { PeopleError } from '../errors.ts';
import type { People } from '../people.ts';

/**
 * Nobody acts on the account of somebody with a role above his own, whatever the policies say: who resets the factors of an administrator
 * gets a link that makes him that administrator. What somebody is in a project counts for nothing here: accounts are of the whole server.
 * @throws PeopleError `person-above`.
 */
export async function requireNotAbove(
  people: People,
  { sql }: Change,
  { caller, personId }: { readonly caller: Caller; readonly personId: string },
): Promise<void> {
  if (caller.principal?.id === personId) return;
  const held = await people.ports.rolesOf(sql, [personId]);
  // An administrator of a project is none of the server: an account is more than any project.
  if (rank(held.get(personId)) < rank(await people.ports.rolesOnServer(sql, caller)))
    throw PeopleError.of('person-above');
}

/** The smaller, the more powerful. */
function rank(held: readonly Role[] = []): number {
  return Math.min(roles.length, ...held.map((role) => roles.indexOf(role)));
}
