import type { Change } from '../../../store/store.ts';
import { PeopleError } from '../errors.ts';
import { peopleLimits } from '../limits.ts';
import { newPasskeyOptions, type WebauthnJson } from '../passkeys/passkey-options.ts';
import { registrationResponse } from '../passkeys/responses.ts';
import { credentialsOf, storePasskey } from '../passkeys/stored-passkeys.ts';
import { type AnsweredTicket, type NewPasskey, verifyNewPasskey } from '../passkeys/verify-passkey.ts';
import type { People } from '../people.ts';
import { accountEntry, authenticationEntry, personActor } from '../record.ts';
import { useTicket } from '../secrets/ticket.ts';
import { endSessions } from '../sessions/end-sessions.ts';
import { type OpenedSession, raiseSession } from '../sessions/open-session.ts';
import { holdSelf, requireProof, type Self } from './own-session.ts';
import { beforeRemoval, renewRecoveryCodes } from './strong-factors.ts';

const ACTIVITY = 'account.add-passkey';

/** @throws PeopleError `proof-needed`, `too-many-factors`. */
export async function beginPasskey(people: People, self: Self): Promise<WebauthnJson> {
  requireProof(people, self);
  const { passkeys, suspendedPasskeys } = self.account;
  if (passkeys + suspendedPasskeys >= peopleLimits.maxPasskeysPerPerson) {
    throw PeopleError.of('too-many-factors', `${peopleLimits.maxPasskeysPerPerson} passkeys are allowed`);
  }
  return await newPasskeyOptions(people, self.account, {
    use: { purpose: 'passkey-add', binding: self.session.id },
    known: await credentialsOf(people.store.read, self.account.id, 'all'),
  });
}

export interface AddedPasskey {
  readonly id: string;
  /** With the first strong factor. */
  readonly recoveryCodes: string[] | null;
  readonly session: OpenedSession;
}

/**
 * Adds a passkey; other sessions end.
 * @throws PeopleError `passkey-refused`, `passkey-known`, `too-many-factors`, `proof-needed`.
 */
export async function addPasskey(
  people: People,
  self: Self,
  { name, response }: { readonly name: string; readonly response: unknown },
): Promise<AddedPasskey> {
  requireProof(people, self);
  const parsed = registrationResponse.safeParse(response);
  if (!parsed.success)
    return await refuse(people, self, { reason: 'it is not the answer of a passkey', answered: null });
  const use = { purpose: 'passkey-add', binding: self.session.id } as const;
  const verdict = await verifyNewPasskey(people, parsed.data, use);
  const { proof, answered } = verdict;
  if (proof === null) return await refuse(people, self, { reason: verdict.reason, answered });
  const transports = parsed.data.response.transports;
  const { value } = await people.store.change(async (change) => {
    const isFirst = await useTicket(change.sql, { ...answered, nowMs: people.clock() });
    if (!isFirst) throw PeopleError.of('passkey-refused', 'the challenge was answered before');
    return await store(people, change, { self, name, transports, passkey: proof });
  });
  return value;
}

interface Stored {
  readonly self: Self;
  readonly name: string;
  readonly transports: readonly string[];
  readonly passkey: NewPasskey;
}

async function store(
  people: People,
  change: Change,
  { self, name, transports, passkey }: Stored,
): Promise<AddedPasskey> {
  const { session } = self;
  const account = await holdSelf(change, self);
  const known = account.passkeys + account.suspendedPasskeys;
  if (known >= peopleLimits.maxPasskeysPerPerson) throw PeopleError.of('too-many-factors');
  const id = await storePasskey(change.sql, { personId: account.id, name, transports, passkey, nowMs: people.clock() });
  const isFirst = known === 0 && !account.hasTotp;
  const recoveryCodes = isFirst ? await renewRecoveryCodes(people, change, account.id) : null;
  await endSessions(people, change, { personId: account.id, except: session.id });
  // Making a passkey is no step-up: that takes using one that was there before.
  const rise = { factor: 'passkey', isVerified: false, level: 2 } as const;
  const raised = await raiseSession(people, change, { session, rise });
  const data = { passkey: id, aaguid: passkey.aaguid, synced: passkey.isSynced };
  change.record(accountEntry({ activity: ACTIVITY, actor: personActor(account.id), personId: account.id, data }));
  return { id, recoveryCodes, session: raised };
}

async function refuse(
  people: People,
  { account, client }: Self,
  { reason, answered }: { readonly reason: string; readonly answered: AnsweredTicket | null },
): Promise<never> {
  await people.store.change(async ({ sql, record }) => {
    if (answered !== null) await useTicket(sql, { ...answered, nowMs: people.clock() });
    const reasons = [reason];
    record(authenticationEntry({ activity: ACTIVITY, personId: account.id, client, outcome: 'failure', reasons }));
  });
  throw PeopleError.of('passkey-refused');
}

/**
 * Removes a passkey; other sessions end.
 * @throws PeopleError `proof-needed`, `passkey-unknown`, `last-strong-factor`, `last-way-in`.
 */
export async function removePasskey(people: People, self: Self, passkeyId: string): Promise<void> {
  requireProof(people, self);
  const { account, session } = self;
  await people.store.change(async (change) => {
    const passkey = await change.sql
      .selectFrom('people_passkeys')
      .select('suspended_at')
      .where('id', '=', passkeyId)
      .where('person_id', '=', account.id)
      .executeTakeFirst();
    if (passkey === undefined) throw PeopleError.of('passkey-unknown');
    const removed = passkey.suspended_at === null ? 'passkey' : 'suspended-passkey';
    await beforeRemoval(people, change, { self, removed });
    await change.sql.deleteFrom('people_passkeys').where('id', '=', passkeyId).execute();
    await endSessions(people, change, { personId: account.id, except: session.id });
    const data = { passkey: passkeyId };
    const activity = 'account.remove-passkey';
    change.record(accountEntry({ activity, actor: personActor(account.id), personId: account.id, data }));
  });
}
