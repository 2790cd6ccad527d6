import { findAccount } from '../accounts/find-account.ts';
import type { WebauthnJson } from '../passkeys/passkey-options.ts';
import type { People } from '../people.ts';
import type { Client } from '../record.ts';
import { addressKey, takeAttempt } from '../sign-in/attempts.ts';
import { firstWebauthnId, linkPasskeyOptions } from './chosen-factor.ts';
import { findLink } from './links.ts';
import { refuseLink } from './set-up.ts';

const ACTIVITY = 'people.accept';

export interface LinkPasskeyRequest {
  readonly token: string;
  readonly name: string;
  /** Of the first administrator, who has no account yet. */
  readonly email?: string | undefined;
  readonly client: Client;
}

/**
 * A challenge for a passkey to open a link with, in place of a password: nobody is made who has nothing to sign in with.
 * @throws PeopleError `link-refused`, `too-many-attempts`.
 */
export async function beginLinkPasskey(people: People, request: LinkPasskeyRequest): Promise<WebauthnJson> {
  const { token, name, email, client } = request;
  await takeAttempt(people, { keys: [addressKey(client)], activity: ACTIVITY, client });
  const link = await findLink(people.store.read, { token, nowMs: people.clock() });
  if (link?.kind === 'set-up') {
    const webauthnId = firstWebauthnId(people, token);
    return await linkPasskeyOptions(people, { webauthnId, name, email: email ?? name }, token);
  }
  const personId = link?.personId ?? null;
  const account = personId === null ? undefined : await findAccount(people.store.read, { id: personId });
  if (account?.state !== 'invited') return await refuseLink(people, { activity: ACTIVITY, client });
  return await linkPasskeyOptions(people, { ...account, name }, token);
}
