import type { Change } from '../../../store/store.ts';
import { type Account, findAccount } from '../accounts/find-account.ts';
import { lockPerson } from '../accounts/lock-person.ts';
import { PeopleError } from '../errors.ts';
import type { People } from '../people.ts';
import { demandsStrongFactor } from '../sessions/enrolment.ts';
import { newRecoveryCodes, storeRecoveryCodes } from '../totp/recovery-codes.ts';

/** How many passkeys and authenticator apps somebody can use. */
function strongFactors({ passkeys, hasTotp }: Account): number {
  return passkeys + (hasTotp ? 1 : 0);
}

/**
 * Refuses within a change, before a factor is removed, what would leave somebody with less than his roles demand, or with nothing to
 * sign in with. Recovery codes end with the last factor.
 * @throws PeopleError `last-strong-factor`, `last-way-in`.
 */
export async function beforeRemoval(
  people: People,
  change: Change,
  { personId, removed }: { readonly personId: string; readonly removed: 'totp' | 'passkey' | 'suspended-passkey' },
): Promise<void> {
  const account = await lockedAccount(change, personId);
  if (removed === 'suspended-passkey') return;
  const left = strongFactors(account) - 1;
  if (left === 0 && (await demandsStrongFactor(people, change.sql, personId)))
    throw PeopleError.of('last-strong-factor');
  const passkeysLeft = account.passkeys - (removed === 'passkey' ? 1 : 0);
  const waysIn = passkeysLeft + account.identities + (account.phc === undefined ? 0 : 1);
  if (waysIn === 0) throw PeopleError.of('last-way-in');
  if (left === 0) await change.sql.deleteFrom('people_recovery_codes').where('person_id', '=', personId).execute();
}

/** The account within a change, held until it ends. */
export async function lockedAccount({ sql }: Change, personId: string): Promise<Account> {
  await lockPerson(sql, personId);
  const account = await findAccount(sql, { id: personId });
  if (account?.state !== 'active') throw PeopleError.of('sign-in-expired');
  return account;
}

/** New recovery codes within a change; the old ones end. */
export async function renewRecoveryCodes(people: People, { sql }: Change, personId: string): Promise<string[]> {
  const { codes, hashes } = newRecoveryCodes(personId);
  await storeRecoveryCodes(sql, { personId, hashes, nowMs: people.clock() });
  return [...codes];
}
