import { findAccount } from '../accounts/find-account.ts';
import { PeopleError } from '../errors.ts';
import type { People } from '../people.ts';
import { authenticationEntry, type Client } from '../record.ts';
import type { KnownSession } from '../sessions/known-session.ts';
import { pendingSession } from '../sessions/resolve-session.ts';
import { spendRecoveryCode } from '../totp/recovery-codes.ts';
import { spendTotpCode } from '../totp/spend-totp-code.ts';
import type { Change } from '../../../store/store.ts';
import { forgive, type AttemptKey, takeAttempt } from './attempts.ts';
import { afterSecondStep, type Progress } from './progress.ts';

const ACTIVITY = 'session.second-factor';

export interface CodeAttempt {
  readonly factor: 'totp' | 'recovery-code';
  readonly code: string;
  /** Of the cookie. */
  readonly token: string | null;
  readonly client: Client;
}

/**
 * The second step with the code of an authenticator app, or with a recovery code, which is used up.
 * @throws PeopleError `sign-in-expired`, `code-refused`, `recovery-code-refused`, `too-many-attempts`.
 */
export async function signInWithCode(people: People, attempt: CodeAttempt): Promise<Progress> {
  const { client, factor } = attempt;
  const pending = await pendingSession(people, attempt.token);
  if (pending === null) throw PeopleError.of('sign-in-expired');
  const keys = codeAttemptKeys(pending);
  const onRefused = async (change: Change) => endPending(people, change, pending);
  await takeAttempt(people, { keys, activity: ACTIVITY, client, personId: pending.personId, onRefused });
  const progress = await admit(people, attempt, pending);
  if (progress === null) throw PeopleError.of(factor === 'totp' ? 'code-refused' : 'recovery-code-refused');
  await forgive(people, keys);
  return progress;
}

function codeAttemptKeys({ id, personId }: KnownSession): readonly AttemptKey[] {
  return [
    { kind: 'pending', of: [id] },
    { kind: 'code', of: [personId] },
  ];
}

/** Null where the code is refused; either way it is recorded. */
async function admit(people: People, attempt: CodeAttempt, pending: KnownSession): Promise<Progress | null> {
  const { factor, client } = attempt;
  const { personId } = pending;
  const { value } = await people.store.change(async (change) => {
    const account = await findAccount(change.sql, { id: personId });
    const isRight = account?.state === 'active' && (await spend(people, change, { ...attempt, personId }));
    const progress = isRight
      ? await afterSecondStep(people, change, { pending, factor, isVerified: false, client })
      : null;
    change.record(
      authenticationEntry({
        activity: ACTIVITY,
        personId,
        client,
        outcome: progress === null ? 'failure' : 'success',
        ...(progress === null ? { reasons: ['the code is wrong, was used, or came too late'] } : {}),
        data: { factor, ...(progress === null ? {} : { session: progress.session.id }) },
        ...(factor === 'recovery-code' ? { severity: 'medium' } : {}),
      }),
    );
    return progress;
  });
  return value;
}

async function spend(
  people: People,
  { sql }: Change,
  { factor, personId, code }: Pick<CodeAttempt, 'factor' | 'code'> & { readonly personId: string },
): Promise<boolean> {
  const nowMs = people.clock();
  if (factor === 'totp') return await spendTotpCode(people, sql, { personId, code, nowMs });
  return await spendRecoveryCode(sql, { personId, code, nowMs });
}

async function endPending(people: People, { sql, afterCommit }: Change, { id }: KnownSession): Promise<void> {
  await sql.deleteFrom('people_sessions').where('id', '=', id).execute();
  afterCommit(() => people.sessions.forget());
}
