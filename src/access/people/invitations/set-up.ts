import { CodedError } from '../../../bytes/errors.ts';
import { findAccount } from '../accounts/find-account.ts';
import { makeAccount } from '../accounts/make-account.ts';
import { takeTurn } from '../accounts/turns.ts';
import { PeopleError } from '../errors.ts';
import type { People } from '../people.ts';
import { accountEntry, authenticationEntry, type Client, personActor, system } from '../record.ts';
import { addressKey, takeAttempt } from '../sign-in/attempts.ts';
import { afterFirstStep, type Progress } from '../sign-in/progress.ts';
import { type FactorChoice, firstWebauthnId, prepareFactor, storeFactor } from './chosen-factor.ts';
import { endLinks, findLink, makeLink, type MadeLink, spendLink } from './links.ts';
import { timeText } from '../../../contract/time-text.ts';

const ACTIVITY = 'people.set-up';

/**
 * The link that makes the first administrator, to be printed at the start; null where there is one. It works once, within a day, and
 * ends when the next one is made.
 */
export async function makeSetUpLink(people: People): Promise<MadeLink | null> {
  const { value } = await people.store.change(async (change) => {
    await takeTurn(change.sql, 'set-up');
    if (await people.ports.hasAdministrator(change.sql)) return null;
    const made = await makeLink(people, change, { kind: 'set-up', personId: null });
    change.record({
      class: 'account-change',
      activity: 'people.make-set-up-link',
      actor: system,
      outcome: 'success',
      severity: 'high',
      data: { expiresAt: timeText(made.expiresAtMs) },
    });
    return made;
  });
  return value;
}

export interface SetUpRequest extends FactorChoice {
  readonly token: string;
  readonly name: string;
  readonly email: string;
  readonly client: Client;
}

/**
 * Makes the first administrator. Of two at once, one succeeds.
 * @throws PeopleError `link-refused`, `set-up-done`, `email-taken`, `too-many-attempts`, and those of `prepareFactor`.
 */
export async function setUp(people: People, request: SetUpRequest): Promise<Progress> {
  const { token, client } = request;
  await takeAttempt(people, { keys: [addressKey(client)], activity: ACTIVITY, client });
  const link = await findLink(people.store.read, { token, nowMs: people.clock() });
  if (link?.kind !== 'set-up') return await refuseLink(people, { activity: ACTIVITY, client });
  try {
    return await makeFirst(people, request);
  } catch (error) {
    await recordFailure(people, { client, error });
    throw error;
  }
}

async function makeFirst(people: People, request: SetUpRequest): Promise<Progress> {
  const { token, name, email, client } = request;
  const owner = { name, email };
  const ready = await prepareFactor(people, { choice: request, owner, token, activity: ACTIVITY, client });
  const { value } = await people.store.change(async (change) => {
    const nowMs = people.clock();
    await takeTurn(change.sql, 'set-up');
    if (await people.ports.hasAdministrator(change.sql)) throw PeopleError.of('set-up-done');
    if (!(await spendLink(change.sql, { token, nowMs }))) throw PeopleError.of('link-refused');
    await endLinks(change.sql, null);
    const webauthnId = firstWebauthnId(people, token);
    const personId = await makeAccount(change, { name, email, state: 'active', nowMs, webauthnId });
    const proved = await storeFactor(people, change, { personId, ready });
    change.record(
      accountEntry({ activity: ACTIVITY, actor: personActor(personId), personId, personal: { name, email } }),
    );
    await people.ports.giveRole(change, {
      personId,
      role: 'administrator',
      scope: { kind: 'server' },
      reason: 'set up the server',
      by: null,
    });
    const account = await findAccount(change.sql, { id: personId });
    if (account === undefined) throw PeopleError.of('person-unknown');
    return await afterFirstStep(people, change, { account, ...proved, client });
  });
  return value;
}

/** Whoever has the link and fails is worth knowing: it is the key to the whole server. */
async function recordFailure(
  people: People,
  { client, error }: { readonly client: Client; readonly error: unknown },
): Promise<void> {
  const code = error instanceof CodedError ? error.code : 'internal';
  // Recorded where it was judged.
  if (code === 'passkey-refused') return;
  await people.store.change(async ({ record }) => {
    const more = { outcome: 'failure', reasons: [code], severity: 'medium' } as const;
    record(authenticationEntry({ activity: ACTIVITY, personId: null, client, ...more }));
  });
}

/** Records that a link was refused, and refuses it. */
export async function refuseLink(
  people: People,
  { activity, client }: { readonly activity: string; readonly client: Client },
): Promise<never> {
  await people.store.change(async ({ record }) => {
    const reasons = ['the link is unknown, used or over'];
    record(authenticationEntry({ activity, personId: null, client, outcome: 'failure', reasons }));
  });
  throw PeopleError.of('link-refused');
}
