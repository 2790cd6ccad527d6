import type { Change } from '../../../store/store.ts';
import type { Account } from '../accounts/find-account.ts';
import { PeopleError } from '../errors.ts';
import type { People } from '../people.ts';
import { demandsStrongFactor } from '../sessions/enrolment.ts';
import { newRecoveryCodes, storeRecoveryCodes } from '../totp/recovery-codes.ts';
import { holdSelf, type Self } from './own-session.ts';

/** How many passkeys and authenticator apps somebody can use. */
function strongFactors({ passkeys, hasTotp }: Account): number {
  return passkeys + (hasTotp ? 1 : 0);
}

/**
 * Refuses within a change, before a factor is removed, what would leave somebody with less than his roles demand, or with nothing to
 * sign in with. Recovery codes end with the last factor.
 * @throws PeopleError `last-strong-factor`, `last-way-in`, `sign-in-expired`.
 */
export async function beforeRemoval(
  people: People,
  change: Change,
  { self, removed }: { readonly self: Self; readonly removed: 'totp' | 'passkey' | 'suspended-passkey' },
): Promise<void> {
  const account = await holdSelf(change, self);
  const personId = account.id;
  if (removed === 'suspended-passkey') return;
  const left = strongFactors(account) - 1;
  if (left === 0 && (await demandsStrongFactor(people, change.sql, personId)))
    throw PeopleError.of('last-strong-factor');
  const passkeysLeft = account.passkeys - (removed === 'passkey' ? 1 : 0);
  const waysIn = passkeysLeft + account.identities + (account.phc === undefined ? 0 : 1);
  if (waysIn === 0) throw PeopleError.of('last-way-in');
  if (left === 0) await change.sql.deleteFrom('people_recovery_codes').where('person_id', '=', personId).execute();
}

/** New recovery codes within a change; the old ones end. */
export async function renewRecoveryCodes(people: People, { sql }: Change, personId: string): Promise<string[]> {
  const { codes, hashes } = newRecoveryCodes(personId);
  await storeRecoveryCodes(sql, { personId, hashes, nowMs: people.clock() });
  return [...codes];
}
