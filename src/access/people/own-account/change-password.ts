import { storePassword } from '../accounts/make-account.ts';
import { PeopleError } from '../errors.ts';
import { preparePassword } from '../passwords/prepare-password.ts';
import type { People } from '../people.ts';
import { accountEntry, authenticationEntry, personActor } from '../record.ts';
import { endSessions } from '../sessions/end-sessions.ts';
import { type AttemptKey, forgive, takeAttempt } from '../sign-in/attempts.ts';
import { holdSelf, requireProof, type Self } from './own-session.ts';

/**
 * Sets or changes the password; other sessions end. The current one is proof enough, else something recent is needed.
 * @throws PeopleError `passwords-closed`, `password-wrong`, `proof-needed`, `password-unchanged`, `too-many-attempts`, `sign-in-expired`, and those of `preparePassword`.
 */
export async function changePassword(
  people: People,
  self: Self,
  { current, next }: { readonly current?: string | undefined; readonly next: string },
): Promise<void> {
  const { account, session } = self;
  if (!people.settings.passwords.isAllowed) throw PeopleError.of('passwords-closed');
  if (current === undefined) requireProof(people, self);
  else await provePassword(people, self, current);
  const { matches } = await people.hasher.verify(next, account.phc);
  if (matches) throw PeopleError.of('password-unchanged');
  const phc = await preparePassword(people, next, account);
  await people.store.change(async (change) => {
    await holdSelf(change, self);
    await storePassword(change, { personId: account.id, phc, nowMs: people.clock() });
    const sessionsEnded = await endSessions(people, change, { personId: account.id, except: session.id });
    change.record(
      accountEntry({
        activity: 'account.change-password',
        actor: personActor(account.id),
        personId: account.id,
        data: { sessionsEnded },
      }),
    );
  });
}

/**
 * Proves once more who somebody is, with his password; what needs a recent proof is allowed for a while then. It is no step-up: that
 * needs a passkey.
 * @throws PeopleError `password-missing`, `password-wrong`, `too-many-attempts`.
 */
export async function confirmWithPassword(people: People, self: Self, password: string): Promise<void> {
  const { account, session, client } = self;
  await provePassword(people, self, password);
  await people.store.change(async (change) => {
    const { sql, record, afterCommit } = change;
    await holdSelf(change, self);
    await sql.updateTable('people_sessions').set({ proved_at: people.clock() }).where('id', '=', session.id).execute();
    const data = { factor: 'password', session: session.id };
    record(
      authenticationEntry({ activity: 'session.confirm', personId: account.id, client, outcome: 'success', data }),
    );
    afterCommit(() => people.sessions.forget());
  });
}

async function provePassword(people: People, { account, client }: Self, password: string): Promise<void> {
  if (account.phc === undefined) throw PeopleError.of('password-missing');
  const activity = 'session.confirm';
  const keys: readonly AttemptKey[] = [{ kind: 'proof', of: [account.id] }];
  await takeAttempt(people, { keys, activity, client, personId: account.id });
  const { matches } = await people.hasher.verify(password, account.phc);
  if (matches) return await forgive(people, keys);
  await people.store.change(async ({ record }) => {
    const reasons = ['wrong password'];
    record(authenticationEntry({ activity, personId: account.id, client, outcome: 'failure', reasons }));
  });
  throw PeopleError.of('password-wrong');
}
