import { addPasskey, beginPasskey } from '../../src/access/people/own-account/passkey-factor.ts';
import { ownSession, type Self } from '../../src/access/people/own-account/own-session.ts';
import { beginTotp, confirmTotp } from '../../src/access/people/own-account/totp-factor.ts';
import { acceptInvitation } from '../../src/access/people/invitations/accept.ts';
import { invite } from '../../src/access/people/invitations/invite.ts';
import { makeSetUpLink, setUp } from '../../src/access/people/invitations/set-up.ts';
import type { People } from '../../src/access/people/people.ts';
import { resolveSession } from '../../src/access/people/sessions/resolve-session.ts';
import { hotp, totpStep } from '../../src/access/people/totp/totp.ts';
import { callerOf, client, GOOD_PASSWORD } from './people.ts';
import type { SoftwareAuthenticator } from './software-authenticator.ts';

/** The token in a one-time link. */
export function tokenIn(link: string): string {
  return new URL(link).hash.replace('#token=', '');
}

export interface SignedIn {
  readonly personId: string;
  readonly token: string;
}

/** The first administrator, signed in with a password alone. */
export async function makeAdministrator(people: People, email = 'ada@example.org'): Promise<SignedIn> {
  const made = await makeSetUpLink(people);
  if (made === null) throw new Error('there is an administrator already');
  const { session } = await setUp(people, {
    token: tokenIn(made.link),
    name: 'Ada',
    email,
    password: GOOD_PASSWORD,
    client,
  });
  return { personId: await personOf(people, session.token), token: session.token };
}

/** A person without roles who accepted an invitation. */
export async function makeMember(people: People, email = 'grace@example.org'): Promise<SignedIn> {
  const { link, personId } = await invite(people, callerOf('per_00000000000000000000000000'), {
    name: 'Grace Hopper',
    email,
    grant: null,
  });
  const { session } = await acceptInvitation(people, {
    token: tokenIn(link),
    name: 'Grace',
    password: GOOD_PASSWORD,
    client,
  });
  return { personId, token: session.token };
}

async function personOf(people: People, token: string): Promise<string> {
  const found = await resolveSession(people, token, client);
  return found?.principal?.id ?? '';
}

/** The own account behind a token, as a route would find it. */
export async function selfOf(people: People, token: string): Promise<Self> {
  const found = await resolveSession(people, token, client);
  if (found === null) throw new Error('nobody is signed in with this token');
  return await ownSession(people, callerOf('', { ...found }), 'me.passkeyAdd');
}

export interface Enrolled {
  readonly token: string;
  readonly codes: readonly string[];
}

export async function enrolTotp(people: People, token: string): Promise<Enrolled & { readonly secret: Uint8Array }> {
  const { secret: text } = await beginTotp(people, await selfOf(people, token));
  const secret = base32Bytes(text);
  const code = hotp(secret, totpStep(people.clock()));
  const { codes, session } = await confirmTotp(people, await selfOf(people, token), code);
  return { token: session.token, codes, secret };
}

export async function enrolPasskey(
  people: People,
  token: string,
  authenticator: SoftwareAuthenticator,
): Promise<Enrolled & { readonly id: string }> {
  const options = await beginPasskey(people, await selfOf(people, token));
  const response = authenticator.create(options);
  const added = await addPasskey(people, await selfOf(people, token), { name: 'laptop', response });
  return { token: added.session.token, codes: added.recoveryCodes ?? [], id: added.id };
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648, section 6; written apart from what is tested. */
export function base32Bytes(text: string): Uint8Array {
  const bits = Array.from(text, (digit) => DIGITS.indexOf(digit).toString(2).padStart(5, '0')).join('');
  const bytes = bits.match(/.{8}/g) ?? [];
  return Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 2));
}
