import type { z } from 'zod';
import type { signInOptions } from '../../../contract/types/session.ts';
import { findAccount } from '../accounts/find-account.ts';
import type { People } from '../people.ts';
import { pendingSession } from '../sessions/resolve-session.ts';
import { secondFactors } from './progress.ts';

/** Ways to sign in, and what somebody whose first step was right still needs. `token`: of the cookie. */
export async function waysToSignIn(people: People, token: string | null): Promise<z.infer<typeof signInOptions>> {
  const { settings, ports, store } = people;
  const pending = await pendingSession(people, token);
  const account = pending === null ? undefined : await findAccount(store.read, { id: pending.personId });
  return {
    password: settings.passwords.isAllowed,
    passkey: true,
    oidc: settings.oidc.map(({ id, name }) => ({ id, name })),
    setUpRequired: !(await ports.hasAdministrator(store.read)),
    pending: [...((account && secondFactors(account)) ?? [])],
  };
}
