import type { RouteId } from '../../../contract/routes/index.ts';
import type { Change } from '../../../store/store.ts';
import type { Caller } from '../../caller.ts';
import { type Account, findAccount } from '../accounts/find-account.ts';
import { lockPerson } from '../accounts/lock-person.ts';
import { PeopleError } from '../errors.ts';
import { peopleLimits } from '../limits.ts';
import type { People } from '../people.ts';
import type { Client } from '../record.ts';
import { enrolmentRoutes } from '../sessions/enrolment.ts';
import { type KnownSession, readSession } from '../sessions/known-session.ts';

/** Somebody who is signed in, about his own account. */
export interface Self {
  readonly account: Account;
  readonly session: KnownSession;
  readonly client: Client;
}

/**
 * Whose account it is; read afresh, because what follows changes it.
 * @throws PeopleError `people-only`, `enrolment-required` for a route that must wait until then.
 */
export async function ownSession(people: People, caller: Caller, route: RouteId): Promise<Self> {
  const { principal, credential, address, agent } = caller;
  if (principal?.kind !== 'person' || credential?.kind !== 'session') throw PeopleError.of('people-only');
  const session = await readSession(people, people.store.read, { id: credential.id });
  const account = await findAccount(people.store.read, { id: principal.id });
  if (session?.kind !== 'full' || session.personId !== principal.id || account === undefined) {
    throw PeopleError.of('sign-in-expired');
  }
  if (session.enrolmentRequired && !enrolmentRoutes.has(route)) throw PeopleError.of('enrolment-required');
  return { account, session, client: { address, agent } };
}

/**
 * Refuses what changes how somebody signs in unless he proved who he is within the last minutes: a browser left open must not be enough.
 * @throws PeopleError `proof-needed`.
 */
export function requireProof({ clock, settings }: People, { session }: Self): void {
  const seconds = session.enrolmentRequired ? peopleLimits.enrolmentSeconds : settings.stepUpSeconds;
  if (clock() - session.provedAt > seconds * 1000) throw PeopleError.of('proof-needed');
}

/**
 * The account as it is within a change, held until that ends. Refuses where the session ended since it was looked at: hashing a password or
 * asking an identity provider takes its time, and whoever was shut out meanwhile must not leave a way in behind.
 * @throws PeopleError `sign-in-expired`.
 */
export async function holdSelf({ sql }: Change, { account, session }: Self): Promise<Account> {
  await lockPerson(sql, account.id);
  const standing = await sql
    .selectFrom('people_sessions')
    .select('id')
    .where('id', '=', session.id)
    .where('person_id', '=', account.id)
    .where('kind', '=', 'full')
    .executeTakeFirst();
  const now = await findAccount(sql, { id: account.id });
  if (standing === undefined || now?.state !== 'active') throw PeopleError.of('sign-in-expired');
  return now;
}
