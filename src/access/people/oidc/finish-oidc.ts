import type { Change } from '../../../store/store.ts';
import { type Account, findAccount } from '../accounts/find-account.ts';
import { makeAccount } from '../accounts/make-account.ts';
import { PeopleError } from '../errors.ts';
import { activate } from '../invitations/accept.ts';
import { endLinks, hasOpenLink } from '../invitations/links.ts';
import { peopleLimits } from '../limits.ts';
import type { People } from '../people.ts';
import { accountEntry, authenticationEntry, type Client, personActor } from '../record.ts';
import { hashToken } from '../secrets/one-time-token.ts';
import { useTicket } from '../secrets/ticket.ts';
import { type KnownSession, readSession } from '../sessions/known-session.ts';
import { addressKey, takeAttempt } from '../sign-in/attempts.ts';
import { afterFirstStep, type Progress } from '../sign-in/progress.ts';
import { type AnsweredOidc, type Identity, identityOf, type OidcAnswer } from './identity.ts';

const ACTIVITY = 'session.sign-in-oidc';

/** Where the browser goes after single sign-on. */
export type OidcEnd = { readonly kind: 'signed-in'; readonly progress: Progress } | { readonly kind: 'linked' };

/**
 * Ends single sign-on: signs in whoever the identity is linked to; links it, for somebody who is signed in or was invited; or makes a person,
 * where the provider may. An e-mail address that is the same as that of an account with another way in is no proof that it is the same
 * person, and never links.
 * @throws PeopleError `oidc-refused` and the other `oidc-…` codes, `too-many-attempts`.
 */
export async function finishOidc(people: People, answer: OidcAnswer & { readonly client: Client }): Promise<OidcEnd> {
  const { client, token } = answer;
  await takeAttempt(people, { keys: [addressKey(client)], activity: ACTIVITY, client });
  try {
    const answered = await identityOf(people, answer);
    const session = await signedInSession(people, token);
    const { value } = await people.store.change(async (change) => {
      if (!(await useTicket(change.sql, { ...answered, nowMs: people.clock() }))) {
        throw PeopleError.of('oidc-refused', 'this sign-in was ended before');
      }
      if (session !== null) return await link(people, change, { answered, session });
      return await signIn(people, change, { identity: answered.identity, client });
    });
    return value;
  } catch (error) {
    await recordFailure(people, { error, client, providerId: answer.providerId });
    throw error;
  }
}

async function signedInSession(people: People, token: string | null): Promise<KnownSession | null> {
  if (token === null) return null;
  const session = await readSession(people, people.store.read, { tokenHash: hashToken(token) });
  return session?.kind === 'full' && session.expiresAt > people.clock() ? session : null;
}

async function recordFailure(
  people: People,
  { error, client, providerId }: { readonly error: unknown; readonly client: Client; readonly providerId: string },
): Promise<void> {
  const reasons = [error instanceof PeopleError ? error.code : 'internal error'];
  const data = { factor: 'oidc', provider: providerId.slice(0, 64) };
  await people.store.change(async ({ record }) => {
    record(authenticationEntry({ activity: ACTIVITY, personId: null, client, outcome: 'failure', reasons, data }));
  });
}

async function link(
  people: People,
  change: Change,
  { answered, session }: { readonly answered: AnsweredOidc; readonly session: KnownSession },
): Promise<OidcEnd> {
  await requireStanding(people, change, session);
  const owner = await ownerOf(change, answered.identity);
  if (owner !== null && owner !== session.personId) throw PeopleError.of('oidc-identity-taken');
  if (owner === null) await storeIdentity(people, change, { personId: session.personId, identity: answered.identity });
  return { kind: 'linked' };
}

/** Asking the provider took its time: the session may have ended since, or a role may demand more of it. */
async function requireStanding(people: People, { sql }: Change, { id }: KnownSession): Promise<void> {
  const now = await readSession(people, sql, { id });
  if (now?.personState !== 'active') throw PeopleError.of('sign-in-expired');
  if (now.enrolmentRequired) throw PeopleError.of('enrolment-required');
}

async function signIn(
  people: People,
  change: Change,
  { identity, client }: { readonly identity: Identity; readonly client: Client },
): Promise<OidcEnd> {
  const owner = await ownerOf(change, identity);
  const personId = owner ?? (await newOwner(people, change, identity));
  const account = await findAccount(change.sql, { id: personId });
  if (account?.state !== 'active') throw PeopleError.of('oidc-refused');
  await noteUse(people, change, identity);
  const { level } = identity;
  const first = { account, factor: 'oidc', level, isVerified: false, client } as const;
  const progress = await afterFirstStep(people, change, first);
  const data = {
    factor: 'oidc',
    provider: identity.provider.id,
    level,
    state: progress.step.state,
    session: progress.session.id,
  };
  change.record(authenticationEntry({ activity: ACTIVITY, personId, client, outcome: 'success', data }));
  return { kind: 'signed-in', progress };
}

async function ownerOf({ sql }: Change, { provider, subject }: Identity): Promise<string | null> {
  const row = await sql
    .selectFrom('people_identities')
    .select('person_id')
    .where('provider', '=', provider.id)
    .where('subject', '=', subject)
    .executeTakeFirst();
  return row?.person_id ?? null;
}

/** Whose the identity becomes. @throws PeopleError where nobody may have it. */
async function newOwner(people: People, change: Change, identity: Identity): Promise<string> {
  const { email, hasUnverifiedEmail, provider } = identity;
  if (email === null) throw PeopleError.of(hasUnverifiedEmail ? 'oidc-email-unverified' : 'oidc-person-unknown');
  const account = await findAccount(change.sql, { email });
  if (account !== undefined) return await acceptBy(people, change, { account, identity });
  if (!provider.createPeople || !isAllowedDomain(email, provider.allowedDomains)) {
    throw PeopleError.of('oidc-person-unknown');
  }
  const name = identity.name ?? email;
  const personId = await makeAccount(change, { name, email, state: 'active', nowMs: people.clock() });
  const data = { provider: provider.id };
  const actor = personActor(personId);
  change.record(accountEntry({ activity: 'people.join', actor, personId, personal: { name, email }, data }));
  await storeIdentity(people, change, { personId, identity });
  return personId;
}

/** Somebody who was invited, and whose invitation is still open, accepts it this way. */
async function acceptBy(
  people: People,
  change: Change,
  { account, identity }: { readonly account: Account; readonly identity: Identity },
): Promise<string> {
  const nowMs = people.clock();
  if (account.state !== 'invited') throw PeopleError.of('oidc-link-needed');
  if (!(await hasOpenLink(change.sql, account.id, nowMs))) throw PeopleError.of('link-refused');
  await activate(change, { personId: account.id, nowMs });
  await endLinks(change.sql, account.id);
  const data = { provider: identity.provider.id };
  const actor = personActor(account.id);
  change.record(accountEntry({ activity: 'people.accept', actor, personId: account.id, data }));
  await storeIdentity(people, change, { personId: account.id, identity });
  return account.id;
}

function isAllowedDomain(email: string, allowed: readonly string[]): boolean {
  return allowed.includes(email.slice(email.lastIndexOf('@') + 1).toLowerCase());
}

async function storeIdentity(
  people: People,
  { sql, record }: Change,
  { personId, identity }: { readonly personId: string; readonly identity: Identity },
): Promise<void> {
  const { identities } = (await findAccount(sql, { id: personId })) ?? { identities: 0 };
  if (identities >= peopleLimits.maxIdentitiesPerPerson) throw PeopleError.of('too-many-factors');
  await sql
    .insertInto('people_identities')
    .values({
      provider: identity.provider.id,
      subject: identity.subject,
      person_id: personId,
      linked_at: people.clock(),
      last_used_at: null,
    })
    .execute();
  const data = { provider: identity.provider.id };
  const personal = { subject: identity.subject };
  record(accountEntry({ activity: 'account.link-identity', actor: personActor(personId), personId, data, personal }));
}

async function noteUse({ clock }: People, { sql }: Change, { provider, subject }: Identity): Promise<void> {
  await sql
    .updateTable('people_identities')
    .set({ last_used_at: clock() })
    .where('provider', '=', provider.id)
    .where('subject', '=', subject)
    .execute();
}
