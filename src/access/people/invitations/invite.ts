import type { Role } from '../../../contract/actions.ts';
import type { Scope } from '../../../contract/types/common.ts';
import type { Caller } from '../../caller.ts';
import { requireNotAbove } from '../accounts/above.ts';
import { findAccount } from '../accounts/find-account.ts';
import { makeAccount } from '../accounts/make-account.ts';
import { PeopleError } from '../errors.ts';
import type { People } from '../people.ts';
import { accountEntry, actorOf } from '../record.ts';
import { makeLink, type MadeLink } from './links.ts';

export interface Invitation extends MadeLink {
  readonly personId: string;
}

export interface InviteRequest {
  readonly name: string;
  readonly email: string;
  /** Given with the invitation; who may give it is judged by the grants. */
  readonly grant: { readonly role: Role; readonly scope: Scope } | null;
}

/**
 * Makes a person who has a link to accept with.
 * @throws PeopleError `email-taken`; and what the grants refuse.
 */
export async function invite(people: People, caller: Caller, request: InviteRequest): Promise<Invitation> {
  const { name, email, grant } = request;
  const { value } = await people.store.change(async (change) => {
    const personId = await makeAccount(change, { name, email, state: 'invited', nowMs: people.clock() });
    const made = await makeLink(people, change, { kind: 'invitation', personId });
    const actor = actorOf(caller);
    change.record(accountEntry({ activity: 'people.invite', actor, personId, personal: { name, email } }));
    if (grant !== null) {
      await people.ports.giveRole(change, { personId, ...grant, reason: 'given with the invitation', by: caller });
    }
    return { ...made, personId };
  });
  return value;
}

/**
 * A new link for somebody who did not accept yet; the old one ends.
 * @throws PeopleError `person-unknown`, `person-state`, `person-above`.
 */
export async function inviteAgain(people: People, caller: Caller, personId: string): Promise<Invitation> {
  const { value } = await people.store.change(async (change) => {
    const account = await findAccount(change.sql, { id: personId });
    if (account === undefined) throw PeopleError.of('person-unknown');
    if (account.state !== 'invited')
      throw PeopleError.of('person-state', `the person is ${account.state}, not invited`);
    await requireNotAbove(people, change, { caller, personId });
    const made = await makeLink(people, change, { kind: 'invitation', personId });
    change.record(accountEntry({ activity: 'people.invite-again', actor: actorOf(caller), personId }));
    return { ...made, personId };
  });
  return value;
}
