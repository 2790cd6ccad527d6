import type { z } from 'zod';
import type { signInStep } from '../../../contract/types/session.ts';
import type { Change } from '../../../store/store.ts';
import type { Account } from '../accounts/find-account.ts';
import type { People } from '../people.ts';
import type { Client } from '../record.ts';
import { demandsStrongFactor } from '../sessions/enrolment.ts';
import type { Factor, KnownSession } from '../sessions/known-session.ts';
import { type OpenedSession, openSession } from '../sessions/open-session.ts';

export type SignInStep = z.infer<typeof signInStep>;

/** Where signing in stands after a step, and what goes into the cookie. */
export interface Progress {
  readonly step: SignInStep;
  readonly session: OpenedSession;
}

export interface FirstStep {
  readonly account: Account;
  readonly factor: Factor;
  /** 2 where the one step proved two factors: a passkey with user verification, an identity provider that says so. */
  readonly level: 1 | 2;
  readonly isVerified: boolean;
  readonly client: Client;
}

/** Opens what the first step is good for, within a change: a session, or only the time to give a second factor. */
export async function afterFirstStep(people: People, change: Change, first: FirstStep): Promise<Progress> {
  const { account, factor, level, isVerified, client } = first;
  const start = { personId: account.id, level, factors: [factor], isVerified, client };
  const factors = secondFactors(account);
  if (level === 1 && factors !== null) {
    const session = await openSession(people, change, { ...start, kind: 'pending' });
    return { step: { state: 'factor-required', factors: [...factors] }, session };
  }
  const session = await openSession(people, change, { ...start, kind: 'full' });
  const mustEnrol = level === 1 && (await demandsStrongFactor(people, change.sql, account.id));
  return { step: { state: mustEnrol ? 'enrolment-required' : 'signed-in' }, session };
}

/** What may be given as second factor; null for somebody who has none. With only a suspended passkey, a recovery code remains. */
export function secondFactors(account: Account): readonly Factor[] | null {
  const { hasTotp, passkeys, suspendedPasskeys } = account;
  if (!hasTotp && passkeys + suspendedPasskeys === 0) return null;
  return [...(passkeys > 0 ? (['passkey'] as const) : []), ...(hasTotp ? (['totp'] as const) : []), 'recovery-code'];
}

/** Ends the wait for the second factor and opens the session, with a token and an id of its own, within a change. */
export async function afterSecondStep(
  people: People,
  change: Change,
  second: {
    readonly pending: KnownSession;
    readonly factor: Factor;
    readonly isVerified: boolean;
    readonly client: Client;
  },
): Promise<Progress | null> {
  const { pending, factor, isVerified, client } = second;
  const ended = await change.sql
    .deleteFrom('people_sessions')
    .where('id', '=', pending.id)
    .where('kind', '=', 'pending')
    .executeTakeFirst();
  // Somebody ended it, or the same step came twice: one of them wins.
  if (ended.numDeletedRows !== 1n) return null;
  const session = await openSession(people, change, {
    personId: pending.personId,
    kind: 'full',
    level: 2,
    factors: [...pending.factors, factor],
    isVerified,
    client,
  });
  change.afterCommit(() => people.sessions.forget());
  return { step: { state: 'signed-in' }, session };
}
