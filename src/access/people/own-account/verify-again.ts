import { PeopleError } from '../errors.ts';
import { passkeyUseOptions, type WebauthnJson } from '../passkeys/passkey-options.ts';
import { authenticationResponse } from '../passkeys/responses.ts';
import { credentialsOf, findPasskey, type StoredPasskey, touchPasskey } from '../passkeys/stored-passkeys.ts';
import { type PasskeyUse, type PasskeyVerdict, verifyPasskeyUse } from '../passkeys/verify-passkey.ts';
import type { Change } from '../../../store/store.ts';
import type { People } from '../people.ts';
import { authenticationEntry } from '../record.ts';
import { type TicketUse, useTicket } from '../secrets/ticket.ts';
import { type OpenedSession, raiseSession } from '../sessions/open-session.ts';
import { COPIED } from '../sign-in/sign-in-with-passkey.ts';
import { holdSelf, type Self } from './own-session.ts';

const ACTIVITY = 'session.verify';

function useOf({ session }: Self): TicketUse {
  return { purpose: 'passkey-verify', binding: session.id };
}

/** A challenge to prove once more who somebody is, with a passkey of his. @throws PeopleError `passkey-unknown` where he has none. */
export async function beginVerify(people: People, self: Self): Promise<WebauthnJson> {
  const credentials = await credentialsOf(people.store.read, self.account.id, 'usable');
  if (credentials.length === 0) throw PeopleError.of('passkey-unknown', 'add one to your account first');
  return await passkeyUseOptions(people, useOf(self), { credentials, userVerification: 'required' });
}

export interface Verification {
  readonly verifiedAtMs: number;
  readonly session: OpenedSession;
}

interface Judged {
  readonly passkey: StoredPasskey | undefined;
  readonly verdict: PasskeyVerdict<PasskeyUse>;
}

/**
 * Step-up: a passkey of this person, with user verification, on a challenge of this session. The session gets a new token.
 * @throws PeopleError `passkey-refused`.
 */
export async function verifyAgain(people: People, self: Self, response: unknown): Promise<Verification> {
  const { account, client } = self;
  const judged = await judge(people, self, response);
  const { value } = await people.store.change(async (change) => {
    const outcome = await decide(people, change, { self, judged });
    const isVerified = typeof outcome !== 'string';
    change.record(
      authenticationEntry({
        activity: ACTIVITY,
        personId: account.id,
        client,
        outcome: isVerified ? 'success' : 'failure',
        ...(isVerified ? {} : { reasons: [outcome] }),
        ...(outcome === COPIED ? { severity: 'high' } : {}),
        data: { factor: 'passkey', session: self.session.id },
      }),
    );
    return isVerified ? outcome : null;
  });
  if (value === null) throw PeopleError.of('passkey-refused');
  return value;
}

async function judge(people: People, self: Self, response: unknown): Promise<Judged> {
  const refused = (reason: string): Judged => ({
    passkey: undefined,
    verdict: { proof: null, reason, answered: null },
  });
  const parsed = authenticationResponse.safeParse(response);
  if (!parsed.success) return refused('it is not the answer of a passkey');
  const passkey = await findPasskey(people.store.read, parsed.data.id);
  if (passkey?.personId !== self.account.id) return refused('the passkey is that of somebody else');
  if (passkey.isSuspended) return refused('the passkey is suspended');
  const verdict = await verifyPasskeyUse(people, parsed.data, {
    passkey,
    use: useOf(self),
    requireUserVerification: true,
  });
  return { passkey, verdict };
}

async function decide(
  people: People,
  change: Change,
  { self, judged: { passkey, verdict } }: { readonly self: Self; readonly judged: Judged },
): Promise<Verification | string> {
  await holdSelf(change, self);
  const nowMs = people.clock();
  const { answered } = verdict;
  const isFirst = answered !== null && (await useTicket(change.sql, { ...answered, nowMs }));
  if (verdict.proof === null) return verdict.reason;
  if (!isFirst || passkey === undefined) return 'the challenge was answered before';
  const { signCount } = verdict.proof;
  if (!(await touchPasskey(change.sql, { id: passkey.id, signCount, nowMs }))) return COPIED;
  const rise = { factor: 'passkey', isVerified: true, level: 2 } as const;
  return { verifiedAtMs: nowMs, session: await raiseSession(people, change, { session: self.session, rise }) };
}
