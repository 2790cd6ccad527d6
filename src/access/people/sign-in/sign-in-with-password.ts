import type { Change } from '../../../store/store.ts';
import { type Account, findAccount } from '../accounts/find-account.ts';
import { PeopleError } from '../errors.ts';
import type { People } from '../people.ts';
import { authenticationEntry, type Client, system } from '../record.ts';
import { forgive, passwordAttemptKeys, type Refusal, takeAttempt } from './attempts.ts';
import { afterFirstStep, type Progress } from './progress.ts';
import { timeText } from '../../../contract/time-text.ts';

const ACTIVITY = 'session.sign-in';
/** A window of this length that has no attempt left is more than somebody who mistypes. */
const LOCKING_WINDOW_SECONDS = 3600;

export interface PasswordAttempt {
  readonly email: string;
  readonly password: string;
  readonly client: Client;
}

/**
 * The first step with a password. An address that nobody has costs the same work, counts the same attempts and gets the same answer as a wrong
 * password.
 * @throws PeopleError `sign-in-refused`, `too-many-attempts`, `server-busy`.
 */
export async function signInWithPassword(people: People, attempt: PasswordAttempt): Promise<Progress> {
  const { email, password, client } = attempt;
  const keys = passwordAttemptKeys(email, client);
  const account = await findAccount(people.store.read, { email });
  const onRefused = async (change: Change, refusal: Refusal) => lockOut(people, change, { account, refusal });
  await takeAttempt(people, { keys, activity: ACTIVITY, client, onRefused });
  const { matches, outdated } = await people.hasher.verify(password, account?.phc);
  const refusal = refusalOf(account, {
    matches,
    isAllowed: people.settings.passwords.isAllowed,
    nowMs: people.clock(),
  });
  if (refusal !== null || account === undefined) return await refuse(people, attempt, { account, reason: refusal });
  const rehashed = outdated ? await people.hasher.hash(password) : null;
  const progress = await admit(people, { account, client, rehashed });
  if (progress === null) return await refuse(people, attempt, { account, reason: 'the account changed meanwhile' });
  await forgive(people, keys.slice(1));
  return progress;
}

/** Why an attempt fails, for the ledger only; null where it does not. */
function refusalOf(
  account: Account | undefined,
  { matches, isAllowed, nowMs }: { readonly matches: boolean; readonly isAllowed: boolean; readonly nowMs: number },
): string | null {
  if (account === undefined) return 'no such person';
  if (account.phc === undefined) return 'the person has no password';
  if (!matches) return 'wrong password';
  if (!isAllowed) return 'passwords open nothing here';
  if (account.state !== 'active') return `the person is ${account.state}`;
  if (account.lockedUntil !== null && account.lockedUntil > nowMs) return 'the person is locked out';
  return null;
}

async function refuse(
  people: People,
  { email, client }: PasswordAttempt,
  { account, reason }: { readonly account: Account | undefined; readonly reason: string | null },
): Promise<never> {
  await people.store.change(async ({ record }) => {
    record(
      authenticationEntry({
        activity: ACTIVITY,
        personId: account?.id ?? null,
        client,
        outcome: 'failure',
        reasons: [reason ?? 'no such person'],
        data: { factor: 'password' },
        email,
      }),
    );
  });
  throw PeopleError.of('sign-in-refused');
}

interface Admission {
  readonly account: Account;
  readonly client: Client;
  /** A stronger hash of the same password. */
  readonly rehashed: string | null;
}

/** Null where the password or the person changed while the password was being verified. */
async function admit(people: People, { account, client, rehashed }: Admission): Promise<Progress | null> {
  const { value } = await people.store.change(async (change) => {
    const now = await findAccount(change.sql, { id: account.id });
    if (now?.state !== 'active' || now.passwordChangedAt !== account.passwordChangedAt) return null;
    await change.sql.updateTable('people').set({ locked_until: null }).where('id', '=', now.id).execute();
    if (rehashed !== null) {
      await change.sql.updateTable('people_passwords').set({ phc: rehashed }).where('person_id', '=', now.id).execute();
    }
    const progress = await afterFirstStep(people, change, {
      account: now,
      factor: 'password',
      level: 1,
      isVerified: false,
      client,
    });
    const { id: personId } = now;
    change.record(
      authenticationEntry({
        activity: ACTIVITY,
        personId,
        client,
        outcome: 'success',
        data: { factor: 'password', state: progress.step.state, session: progress.session.id },
      }),
    );
    return progress;
  });
  return value;
}

/** Says on record, and to who looks at people, that an account rests. A passkey still opens it, and lifts the rest. */
async function lockOut(
  { clock }: People,
  { sql, record }: Change,
  { account, refusal }: { readonly account: Account | undefined; readonly refusal: Refusal },
): Promise<void> {
  const { key, limit, retryAfterSeconds } = refusal;
  if (account === undefined || key.kind !== 'account' || limit.windowSeconds < LOCKING_WINDOW_SECONDS) return;
  const untilMs = clock() + Math.min(retryAfterSeconds, LOCKING_WINDOW_SECONDS) * 1000;
  await sql.updateTable('people').set({ locked_until: untilMs }).where('id', '=', account.id).execute();
  record({
    class: 'account-change',
    activity: 'people.lock',
    actor: system,
    object: { kind: 'person', id: account.id },
    outcome: 'success',
    severity: 'high',
    reasons: ['too many attempts to sign in with a password'],
    data: { until: timeText(untilMs) },
  });
}
