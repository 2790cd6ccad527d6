import { PeopleError } from '../errors.ts';
import type { People } from '../people.ts';
import { checkPassword, type PasswordOwner } from './password-policy.ts';

/**
 * Judges and hashes a password that somebody chose; before the change that stores it, because hashing takes its time.
 * @throws PeopleError `password-short`, `password-common`, `password-personal`, `password-breached`, `breach-list-unreadable`, `server-busy`.
 */
export async function preparePassword(people: People, password: string, owner: PasswordOwner): Promise<string> {
  checkPassword(password, owner, people.settings.passwords.minLength);
  if ((await people.breached?.has(password)) === true) throw PeopleError.of('password-breached');
  return await people.hasher.hash(password);
}
