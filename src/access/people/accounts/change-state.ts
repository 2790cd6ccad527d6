import type { Change } from '../../../store/store.ts';
import type { Caller } from '../../caller.ts';
import { PeopleError } from '../errors.ts';
import { endLinks, makeLink, type MadeLink } from '../invitations/links.ts';
import type { People } from '../people.ts';
import { accountEntry, actorOf } from '../record.ts';
import { endSessions } from '../sessions/end-sessions.ts';
import { forgive, passwordAttemptKeys } from '../sign-in/attempts.ts';
import { requireNotAbove } from './above.ts';
import { type Account, findAccount } from './find-account.ts';
import { lockPerson } from './lock-person.ts';

export interface AdministrativeAct {
  readonly caller: Caller;
  readonly personId: string;
  readonly reason: string;
}

/** The account, held until the change ends, once it is clear that the caller may act on it. @throws PeopleError `person-unknown`, `person-above`. */
async function accountFor(people: People, change: Change, { caller, personId }: AdministrativeAct): Promise<Account> {
  await lockPerson(change.sql, personId);
  const account = await findAccount(change.sql, { id: personId });
  if (account === undefined) throw PeopleError.of('person-unknown');
  await requireNotAbove(people, change, { caller, personId });
  return account;
}

async function setState(
  { sql }: Change,
  personId: string,
  state: 'active' | 'invited' | 'disabled' | 'erased',
): Promise<void> {
  await sql.updateTable('people').set({ state, locked_until: null }).where('id', '=', personId).execute();
}

/**
 * Disables a person: sessions and links end at once, factors stay.
 * @throws PeopleError `person-unknown`, `person-state`, `person-above`; and what the grants say of the last administrator and the last who can change policies.
 */
export async function disablePerson(people: People, act: AdministrativeAct): Promise<void> {
  const { caller, personId, reason } = act;
  await people.store.change(async (change) => {
    const { state } = await accountFor(people, change, act);
    if (state === 'disabled') throw PeopleError.of('person-state', 'the person is disabled already');
    await people.ports.requireOthers(change, personId, caller);
    await setState(change, personId, 'disabled');
    await endLinks(change.sql, personId);
    const sessionsEnded = await endSessions(people, change, { personId });
    const data = { sessionsEnded };
    change.record(accountEntry({ activity: 'people.disable', actor: actorOf(caller), personId, reason, data }));
  });
}

/**
 * Enables a disabled person again, who stays invited where he never accepted; or lifts a lock-out.
 * @throws PeopleError `person-unknown`, `person-state`, `person-above`.
 */
export async function enablePerson(people: People, act: AdministrativeAct): Promise<void> {
  const { caller, personId, reason } = act;
  const { value: account } = await people.store.change(async (change) => {
    const found = await accountFor(people, change, act);
    if (found.state === 'invited')
      throw PeopleError.of('person-state', 'the person has not accepted the invitation yet');
    const hasFactor = found.phc !== undefined || found.passkeys > 0 || found.identities > 0;
    await setState(change, personId, hasFactor ? 'active' : 'invited');
    change.record(accountEntry({ activity: 'people.enable', actor: actorOf(caller), personId, reason }));
    return found;
  });
  await forgive(people, passwordAttemptKeys(account.email, caller).slice(1));
}

/**
 * Removes every factor of a person who lost them, and answers with a link to begin again with; sessions end.
 * @throws PeopleError `person-unknown`, `person-state`, `person-above`; and what the grants say of the last administrator and the last who can change policies.
 */
export async function resetFactors(people: People, act: AdministrativeAct): Promise<MadeLink> {
  const { caller, personId, reason } = act;
  const { value } = await people.store.change(async (change) => {
    const { state } = await accountFor(people, change, act);
    if (state !== 'active') throw PeopleError.of('person-state', `the person is ${state}, not active`);
    await people.ports.requireOthers(change, personId, caller);
    await removeFactors(change, personId);
    await setState(change, personId, 'invited');
    await endSessions(people, change, { personId });
    const made = await makeLink(people, change, { kind: 'reset', personId });
    change.record(accountEntry({ activity: 'people.reset-factors', actor: actorOf(caller), personId, reason }));
    return made;
  });
  return value;
}

async function removeFactors({ sql }: Change, personId: string): Promise<void> {
  await sql.deleteFrom('people_passwords').where('person_id', '=', personId).execute();
  await sql.deleteFrom('people_totp').where('person_id', '=', personId).execute();
  await sql.deleteFrom('people_recovery_codes').where('person_id', '=', personId).execute();
  await sql.deleteFrom('people_passkeys').where('person_id', '=', personId).execute();
  await sql.deleteFrom('people_identities').where('person_id', '=', personId).execute();
}

/**
 * Erases what names a person: name, address, factors, sessions, and in the ledger what the commitments stand for. That he was here, under
 * an id, and what he decided stays.
 * @throws PeopleError `person-unknown`, `person-above`; and what the grants say of the last administrator and the last who can change policies.
 */
export async function erasePerson(people: People, act: AdministrativeAct): Promise<void> {
  const { caller, personId, reason } = act;
  await people.store.change(async (change) => {
    await accountFor(people, change, act);
    await people.ports.requireOthers(change, personId, caller);
    await people.ports.takeAllRoles(change, personId, caller);
    await removeFactors(change, personId);
    await endLinks(change.sql, personId);
    await endSessions(people, change, { personId });
    await change.sql.deleteFrom('people_data').where('person_id', '=', personId).execute();
    await setState(change, personId, 'erased');
    await people.ports.eraseOpenings(change, personId);
    change.record(accountEntry({ activity: 'people.erase', actor: actorOf(caller), personId, reason }));
  });
}
