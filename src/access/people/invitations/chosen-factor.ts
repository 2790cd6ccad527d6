import type { Change } from '../../../store/store.ts';
import { storePassword } from '../accounts/make-account.ts';
import { PeopleError } from '../errors.ts';
import type { PasswordOwner } from '../passwords/password-policy.ts';
import { preparePassword } from '../passwords/prepare-password.ts';
import { newPasskeyOptions, type PasskeyOwner, type WebauthnJson } from '../passkeys/passkey-options.ts';
import { registrationResponse } from '../passkeys/responses.ts';
import { storePasskey } from '../passkeys/stored-passkeys.ts';
import { type AnsweredTicket, type NewPasskey, verifyNewPasskey } from '../passkeys/verify-passkey.ts';
import type { People } from '../people.ts';
import { authenticationEntry, type Client } from '../record.ts';
import { hashToken } from '../secrets/one-time-token.ts';
import { type TicketUse, useTicket } from '../secrets/ticket.ts';
import type { FirstStep } from '../sign-in/progress.ts';

/** What somebody who opens a link wants to sign in with from now on: one of the two. */
export interface FactorChoice {
  readonly password?: string | undefined;
  readonly passkey?: { readonly name: string; readonly response: unknown } | undefined;
}

/** A factor that is good, and only has to be stored. */
type ReadyFactor =
  | { readonly kind: 'password'; readonly phc: string }
  | {
      readonly kind: 'passkey';
      readonly name: string;
      readonly transports: readonly string[];
      readonly passkey: NewPasskey;
      readonly answered: AnsweredTicket;
    };

interface Choosing {
  readonly choice: FactorChoice;
  readonly owner: PasswordOwner;
  /** Of the link. */
  readonly token: string;
  readonly activity: string;
  readonly client: Client;
}

/** Counts for whoever holds the link, and for nothing else. */
function useOf(token: string): TicketUse {
  return { purpose: 'passkey-accept', binding: hashToken(token) };
}

/** A challenge for the passkey of somebody who opens a link. */
export async function linkPasskeyOptions(people: People, owner: PasskeyOwner, token: string): Promise<WebauthnJson> {
  return await newPasskeyOptions(people, owner, { use: useOf(token), known: [] });
}

/**
 * Judges the chosen factor; before the change that stores it, because hashing takes its time.
 * @throws PeopleError `factor-missing`, `passwords-closed`, `passkey-refused`, and those of `preparePassword`.
 */
export async function prepareFactor(people: People, choosing: Choosing): Promise<ReadyFactor> {
  const { password, passkey } = choosing.choice;
  if ((password === undefined) === (passkey === undefined)) throw PeopleError.of('factor-missing');
  if (passkey !== undefined) return await preparePasskey(people, choosing, passkey);
  if (!people.settings.passwords.isAllowed) throw PeopleError.of('passwords-closed');
  return { kind: 'password', phc: await preparePassword(people, password ?? '', choosing.owner) };
}

async function preparePasskey(
  people: People,
  { token, activity, client }: Choosing,
  { name, response }: NonNullable<FactorChoice['passkey']>,
): Promise<ReadyFactor> {
  const { success, data } = registrationResponse.safeParse(response);
  const verdict = success
    ? await verifyNewPasskey(people, data, useOf(token))
    : { proof: null, reason: 'it is not the answer of a passkey', answered: null };
  const { proof, answered } = verdict;
  if (proof !== null) {
    const transports = data?.response.transports ?? [];
    return { kind: 'passkey', name, transports, passkey: proof, answered };
  }
  await people.store.change(async ({ sql, record }) => {
    if (answered !== null) await useTicket(sql, { ...answered, nowMs: people.clock() });
    const reasons = [verdict.reason];
    record(authenticationEntry({ activity, personId: null, client, outcome: 'failure', reasons }));
  });
  throw PeopleError.of('passkey-refused');
}

/**
 * Stores the factor within a change, and says what it is worth as first step. Making a passkey is no step-up: that takes using one.
 * @throws PeopleError `passkey-refused`, `passkey-known`.
 */
export async function storeFactor(
  { clock }: People,
  change: Change,
  { personId, ready }: { readonly personId: string; readonly ready: ReadyFactor },
): Promise<Pick<FirstStep, 'factor' | 'level' | 'isVerified'>> {
  const nowMs = clock();
  if (ready.kind === 'password') {
    await storePassword(change, { personId, phc: ready.phc, nowMs });
    return { factor: 'password', level: 1, isVerified: false };
  }
  const { answered, name, transports, passkey } = ready;
  if (!(await useTicket(change.sql, { ...answered, nowMs }))) {
    throw PeopleError.of('passkey-refused', 'the challenge was answered before');
  }
  await storePasskey(change.sql, { personId, name, transports, passkey, nowMs });
  return { factor: 'passkey', level: 2, isVerified: false };
}

/** What passkeys know the first administrator by, who is stored only when his passkey is there: it follows from the link. */
export function firstWebauthnId({ secrets }: People, token: string): string {
  return secrets.mac('first webauthn id', [hashToken(token)]).toString('base64url');
}
