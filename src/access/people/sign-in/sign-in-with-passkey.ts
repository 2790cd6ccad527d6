import type { Change } from '../../../store/store.ts';
import { type Account, findAccount } from '../accounts/find-account.ts';
import { PeopleError } from '../errors.ts';
import { peopleLimits } from '../limits.ts';
import { passkeyUseOptions, type WebauthnJson } from '../passkeys/passkey-options.ts';
import { authenticationResponse, type AuthenticationResponse } from '../passkeys/responses.ts';
import { credentialsOf, findPasskey, type StoredPasskey, touchPasskey } from '../passkeys/stored-passkeys.ts';
import { answeredTicket, type AnsweredTicket, type PasskeyUse, verifyPasskeyUse } from '../passkeys/verify-passkey.ts';
import type { People } from '../people.ts';
import { authenticationEntry, type Client } from '../record.ts';
import { hashToken, newToken } from '../secrets/one-time-token.ts';
import { type TicketUse, useTicket } from '../secrets/ticket.ts';
import type { KnownSession } from '../sessions/known-session.ts';
import { pendingSession } from '../sessions/resolve-session.ts';
import { addressKey, forgive, passwordAttemptKeys, takeAttempt } from './attempts.ts';
import { afterFirstStep, afterSecondStep, type Progress } from './progress.ts';

const ACTIVITY = 'session.sign-in-passkey';

export interface PasskeyChallenge {
  readonly options: WebauthnJson;
  /** For the cookie of somebody who had none: only the browser that asked may answer. Null where there is one. */
  readonly cookie: { readonly token: string; readonly expiresAtMs: number } | null;
}

/** A challenge for any passkey, or, after a password, for those of the person whose password it was. */
export async function beginPasskeySignIn(people: People, token: string | null): Promise<PasskeyChallenge> {
  const pending = await pendingSession(people, token);
  const bound = token ?? newToken();
  const credentials = pending === null ? [] : await credentialsOf(people.store.read, pending.personId, 'usable');
  const options = await passkeyUseOptions(people, useOf(bound), {
    credentials,
    userVerification: pending === null ? 'required' : 'preferred',
  });
  const expiresAtMs = people.clock() + peopleLimits.challengeSeconds * 1000;
  return { options, cookie: token === null ? { token: bound, expiresAtMs } : null };
}

function useOf(token: string): TicketUse {
  return { purpose: 'passkey-sign-in', binding: hashToken(token) };
}

export interface PasskeyAttempt {
  readonly response: unknown;
  /** Of the cookie. */
  readonly token: string | null;
  readonly client: Client;
}

interface Judged {
  readonly passkey: StoredPasskey | undefined;
  readonly proof: PasskeyUse | null;
  readonly answered: AnsweredTicket | null;
  readonly reason: string;
}

/**
 * Signs in with a passkey: alone, with user verification, which counts as two factors; or after a password.
 * @throws PeopleError `passkey-refused`, `too-many-attempts`.
 */
export async function signInWithPasskey(people: People, attempt: PasskeyAttempt): Promise<Progress> {
  const { client, token } = attempt;
  await takeAttempt(people, { keys: [addressKey(client)], activity: ACTIVITY, client });
  const pending = await pendingSession(people, token);
  const judged = await judge(people, attempt, pending);
  const admitted = await admit(people, { judged, pending, client });
  if (admitted === null) throw PeopleError.of('passkey-refused');
  // Whoever tried passwords in between did not shut the person out, and does not keep doing so.
  await forgive(people, passwordAttemptKeys(admitted.account.email, client).slice(1));
  return admitted.progress;
}

async function judge(
  people: People,
  { response, token }: PasskeyAttempt,
  pending: KnownSession | null,
): Promise<Judged> {
  const nothing = { passkey: undefined, proof: null, answered: null };
  const parsed = authenticationResponse.safeParse(response);
  if (!parsed.success || token === null) return { ...nothing, reason: 'it is not the answer of a passkey' };
  const answered = answeredTicket(people, parsed.data.response.clientDataJSON, useOf(token));
  const passkey = await findPasskey(people.store.read, parsed.data.id);
  if (passkey === undefined) return { ...nothing, answered, reason: 'nobody has this passkey' };
  const mismatch = mismatchOf(parsed.data, passkey, pending);
  if (mismatch !== null) return { passkey, proof: null, answered, reason: mismatch };
  const verdict = await verifyPasskeyUse(people, parsed.data, {
    passkey,
    use: useOf(token),
    requireUserVerification: pending === null,
  });
  return { passkey, reason: '', ...verdict };
}

function mismatchOf(
  { response }: AuthenticationResponse,
  passkey: StoredPasskey,
  pending: KnownSession | null,
): string | null {
  if (passkey.isSuspended) return 'the passkey is suspended';
  if (pending !== null && pending.personId !== passkey.personId) return 'the passkey is that of somebody else';
  const { userHandle } = response;
  // A passkey that was found by itself says whose it is (WebAuthn 3, section 7.2, step 6).
  if (pending === null && (userHandle === null || userHandle === undefined))
    return 'the passkey does not say whose it is';
  if (userHandle && userHandle !== passkey.webauthnId) return 'the passkey is that of somebody else';
  return null;
}

interface Admitted {
  readonly account: Account;
  readonly progress: Progress;
}

interface Admission {
  readonly judged: Judged;
  readonly pending: KnownSession | null;
  readonly client: Client;
}

/** Null where the passkey is refused; either way the challenge is used up, and it is recorded. */
async function admit(people: People, admission: Admission): Promise<Admitted | null> {
  const { judged, client } = admission;
  const { value } = await people.store.change(async (change) => {
    const outcome = await decide(people, change, admission);
    const isAdmitted = typeof outcome !== 'string';
    const { passkey } = judged;
    change.record(
      authenticationEntry({
        activity: ACTIVITY,
        personId: passkey?.personId ?? null,
        client,
        outcome: isAdmitted ? 'success' : 'failure',
        ...(isAdmitted ? {} : { reasons: [outcome] }),
        ...(outcome === COPIED ? { severity: 'high' } : {}),
        data: {
          factor: 'passkey',
          ...(passkey === undefined ? {} : { passkey: passkey.id }),
          ...(isAdmitted ? { session: outcome.progress.session.id } : {}),
        },
      }),
    );
    return isAdmitted ? outcome : null;
  });
  return value;
}

/** For the ledger. */
export const COPIED = 'the counter of the passkey went backwards: there may be a copy of it, and it was suspended';

/** Admits within a change, or says why not. */
async function decide(
  people: People,
  change: Change,
  { judged, pending, client }: Admission,
): Promise<Admitted | string> {
  const { passkey, proof, answered, reason } = judged;
  const nowMs = people.clock();
  const isFirst = answered !== null && (await useTicket(change.sql, { ...answered, nowMs }));
  if (proof === null || passkey === undefined) return reason;
  if (!isFirst) return 'the challenge was answered before';
  const { signCount, isUserVerified: isVerified } = proof;
  if (!(await touchPasskey(change.sql, { id: passkey.id, signCount, nowMs }))) return COPIED;
  const account = await findAccount(change.sql, { id: passkey.personId });
  if (account?.state !== 'active') return 'the person is not active';
  const progress =
    pending === null
      ? await afterFirstStep(people, change, { account, factor: 'passkey', level: 2, isVerified, client })
      : await afterSecondStep(people, change, { pending, factor: 'passkey', isVerified, client });
  if (progress === null) return 'the sign-in ended meanwhile';
  await change.sql.updateTable('people').set({ locked_until: null }).where('id', '=', account.id).execute();
  return { account, progress };
}
