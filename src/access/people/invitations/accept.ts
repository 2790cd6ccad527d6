import type { Change } from '../../../store/store.ts';
import { type Account, findAccount } from '../accounts/find-account.ts';
import { storeName } from '../accounts/rename.ts';
import { PeopleError } from '../errors.ts';
import type { People } from '../people.ts';
import { accountEntry, type Client, personActor } from '../record.ts';
import { addressKey, takeAttempt } from '../sign-in/attempts.ts';
import { afterFirstStep, type Progress } from '../sign-in/progress.ts';
import { type FactorChoice, prepareFactor, storeFactor } from './chosen-factor.ts';
import { findLink, spendLink } from './links.ts';
import { refuseLink } from './set-up.ts';

const ACTIVITY = 'people.accept';

export interface OpenInvitation {
  readonly account: Account;
  readonly expiresAtMs: number;
}

/**
 * Whom an invitation is for.
 * @throws PeopleError `link-refused`, `too-many-attempts`.
 */
export async function showInvitation(
  people: People,
  { token, client }: { readonly token: string; readonly client: Client },
): Promise<OpenInvitation> {
  await takeAttempt(people, { keys: [addressKey(client)], activity: ACTIVITY, client });
  const link = await findLink(people.store.read, { token, nowMs: people.clock() });
  const personId = link?.personId ?? null;
  const account = personId === null ? undefined : await findAccount(people.store.read, { id: personId });
  if (link === undefined || account?.state !== 'invited')
    return await refuseLink(people, { activity: ACTIVITY, client });
  return { account, expiresAtMs: link.expiresAtMs };
}

export interface Acceptance extends FactorChoice {
  readonly token: string;
  readonly name: string;
  readonly client: Client;
}

/**
 * Accepts an invitation, or comes back after a reset: with a name, a password or a passkey, and a session.
 * @throws PeopleError `link-refused`, `too-many-attempts`, and those of `prepareFactor`.
 */
export async function acceptInvitation(people: People, acceptance: Acceptance): Promise<Progress> {
  const { token, name, client } = acceptance;
  const { account } = await showInvitation(people, acceptance);
  const owner = { name, email: account.email };
  const ready = await prepareFactor(people, { choice: acceptance, owner, token, activity: ACTIVITY, client });
  const { value } = await people.store.change(async (change) => {
    const nowMs = people.clock();
    if (!(await spendLink(change.sql, { token, nowMs }))) throw PeopleError.of('link-refused');
    await activate(change, { personId: account.id, nowMs });
    await storeName(change, { personId: account.id, name });
    const proved = await storeFactor(people, change, { personId: account.id, ready });
    const actor = personActor(account.id);
    const data = { factor: proved.factor };
    change.record(accountEntry({ activity: ACTIVITY, actor, personId: account.id, data, personal: { name } }));
    return await afterFirstStep(people, change, { account: { ...account, name }, ...proved, client });
  });
  return value;
}

/** Makes somebody who was invited an active person, within a change. @throws PeopleError `link-refused` where he is not invited any more. */
export async function activate(
  { sql }: Change,
  { personId, nowMs }: { readonly personId: string; readonly nowMs: number },
): Promise<void> {
  const activated = await sql
    .updateTable('people')
    .set({ state: 'active', activated_at: nowMs, locked_until: null })
    .where('id', '=', personId)
    .where('state', '=', 'invited')
    .executeTakeFirst();
  if (activated.numUpdatedRows !== 1n) throw PeopleError.of('link-refused');
}
