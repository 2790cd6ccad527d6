import { randomBytes } from 'node:crypto';
import { PeopleError } from '../errors.ts';
import { peopleLimits } from '../limits.ts';
import type { People } from '../people.ts';
import { accountEntry, authenticationEntry, personActor } from '../record.ts';
import { endSessions } from '../sessions/end-sessions.ts';
import { type OpenedSession, raiseSession } from '../sessions/open-session.ts';
import { type AttemptKey, forgive, takeAttempt } from '../sign-in/attempts.ts';
import { base32 } from '../totp/base32.ts';
import { totpContext } from '../totp/spend-totp-code.ts';
import { matchingStep, TOTP_SECRET_BYTES, totpUri } from '../totp/totp.ts';
import { holdSelf, requireProof, type Self } from './own-session.ts';
import { beforeRemoval, renewRecoveryCodes } from './strong-factors.ts';

const ISSUER = 'Vouchsafe';

/**
 * A new secret for an authenticator app; it counts once a code confirms it, and an older one counts until then.
 * @throws PeopleError `proof-needed`.
 */
export async function beginTotp(
  people: People,
  self: Self,
): Promise<{ readonly secret: string; readonly uri: string }> {
  requireProof(people, self);
  const { id, email } = self.account;
  const secret = randomBytes(TOTP_SECRET_BYTES);
  const pending = people.secrets.seal(secret, totpContext(id));
  const pending_until = people.clock() + peopleLimits.totpPendingSeconds * 1000;
  await people.store.change(async (change) => {
    await holdSelf(change, self);
    await change.sql
      .insertInto('people_totp')
      .values({ person_id: id, secret: null, confirmed_at: null, pending, pending_until, last_step: 0 })
      .onConflict((conflict) => conflict.column('person_id').doUpdateSet({ pending, pending_until }))
      .execute();
  });
  return { secret: base32(secret), uri: totpUri(secret, { issuer: ISSUER, account: email }) };
}

export interface ConfirmedFactor {
  readonly codes: string[];
  readonly session: OpenedSession;
}

/**
 * Takes the new authenticator app into use with its first code. Answers with new recovery codes; other sessions end.
 * @throws PeopleError `no-totp-pending`, `code-refused`, `too-many-attempts`.
 */
export async function confirmTotp(people: People, self: Self, code: string): Promise<ConfirmedFactor> {
  const { account, session, client } = self;
  const keys: readonly AttemptKey[] = [{ kind: 'code', of: ['confirm', account.id] }];
  const activity = 'account.add-totp';
  await takeAttempt(people, { keys, activity, client, personId: account.id });
  const pending = await pendingSecret(people, account.id);
  const secret = people.secrets.open(pending, totpContext(account.id));
  const step = matchingStep(secret, code, { atMs: people.clock(), lastStep: 0 });
  if (step === null) return await refuseCode(people, self);
  const { value } = await people.store.change(async (change) => {
    await holdSelf(change, self);
    const confirmed = await change.sql
      .updateTable('people_totp')
      .set({ secret: pending, confirmed_at: people.clock(), pending: null, pending_until: null, last_step: step })
      .where('person_id', '=', account.id)
      .where('pending', '=', pending)
      .executeTakeFirst();
    if (confirmed.numUpdatedRows !== 1n) throw PeopleError.of('no-totp-pending');
    const codes = await renewRecoveryCodes(people, change, account.id);
    await endSessions(people, change, { personId: account.id, except: session.id });
    const rise = { factor: 'totp', isVerified: false, level: 2 } as const;
    const raised = await raiseSession(people, change, { session, rise });
    change.record(accountEntry({ activity, actor: personActor(account.id), personId: account.id }));
    return { codes, session: raised };
  });
  await forgive(people, keys);
  return value;
}

async function pendingSecret({ store, clock }: People, personId: string): Promise<string> {
  const row = await store.read
    .selectFrom('people_totp')
    .select(['pending', 'pending_until'])
    .where('person_id', '=', personId)
    .executeTakeFirst();
  if (row === undefined || row.pending === null || (row.pending_until ?? 0) <= clock()) {
    throw PeopleError.of('no-totp-pending');
  }
  return row.pending;
}

async function refuseCode(people: People, { account, client }: Self): Promise<never> {
  await people.store.change(async ({ record }) => {
    const reasons = ['the first code is wrong'];
    const outcome = 'failure';
    record(authenticationEntry({ activity: 'account.add-totp', personId: account.id, client, outcome, reasons }));
  });
  throw PeopleError.of('code-refused');
}

/**
 * Removes the authenticator app; other sessions end.
 * @throws PeopleError `proof-needed`, `no-strong-factor`, `last-strong-factor`, `last-way-in`.
 */
export async function removeTotp(people: People, self: Self): Promise<void> {
  requireProof(people, self);
  const { account, session } = self;
  if (!account.hasTotp) throw PeopleError.of('no-strong-factor');
  await people.store.change(async (change) => {
    await beforeRemoval(people, change, { self, removed: 'totp' });
    await change.sql.deleteFrom('people_totp').where('person_id', '=', account.id).execute();
    await endSessions(people, change, { personId: account.id, except: session.id });
    const activity = 'account.remove-totp';
    change.record(accountEntry({ activity, actor: personActor(account.id), personId: account.id }));
  });
}

/**
 * New recovery codes; the old ones end.
 * @throws PeopleError `proof-needed`, `no-strong-factor`.
 */
export async function newCodes(people: People, self: Self): Promise<string[]> {
  requireProof(people, self);
  const { id } = self.account;
  const { value } = await people.store.change(async (change) => {
    const { hasTotp, passkeys } = await holdSelf(change, self);
    if (!hasTotp && passkeys === 0) throw PeopleError.of('no-strong-factor');
    change.record(accountEntry({ activity: 'account.renew-recovery-codes', actor: personActor(id), personId: id }));
    return await renewRecoveryCodes(people, change, id);
  });
  return value;
}
