import { CodedError, type Detail, type ErrorRow, titledRow } from '../../bytes/errors.ts';

const row = (httpStatus: number, title: string, hint?: string): ErrorRow<Detail> =>
  titledRow(title, { httpStatus, exitCode: 2, hint });

/**
 * Everything that accounts and signing in refuse. Codes are stable: the console and scripts rely on them.
 * What refuses a stranger is one code for an unknown address, a wrong password and a disabled account: it must tell them nothing.
 */
const peopleErrors = {
  // Signing in.
  'sign-in-refused': row(
    401,
    'signing in was refused',
    'check what you entered; after many attempts an account rests for a while, and a passkey still works then',
  ),
  'sign-in-expired': row(401, 'this sign-in is over', 'start signing in again'),
  'too-many-attempts': row(429, 'too many attempts', 'wait as long as the answer says, then try again'),
  'code-refused': row(
    401,
    'the code was refused',
    'enter the code that the app shows now; a code works once, and the clock of the device must be right',
  ),
  'recovery-code-refused': row(401, 'the recovery code was refused', 'each of the codes works once'),
  'passkey-refused': row(401, 'the passkey was refused', 'try again, or use another factor'),
  'server-busy': row(503, 'too many people sign in at this moment', 'try again in a few seconds'),
  // Links.
  'link-refused': row(
    401,
    'the link is not valid',
    'a link works once and for a while; whoever invited you can make a new one',
  ),
  'set-up-done': row(
    409,
    'this server has an administrator already',
    'sign in, or ask the administrator to invite you',
  ),
  'factor-missing': row(422, 'expected a password or a passkey, one of them', 'choose what you will sign in with'),
  'passwords-closed': row(422, 'passwords open nothing on this server', 'choose a passkey instead'),
  // Passwords.
  'password-short': row(422, 'the password is too short', 'a few words that only you would put together are strong'),
  'password-common': row(
    422,
    'the password is easy to guess',
    'a few words that only you would put together are strong',
  ),
  'password-personal': row(422, 'the password is made of your name or address', 'choose one that does not tell of you'),
  'password-breached': row(
    422,
    'the password is in a list of stolen passwords',
    'choose one that you use nowhere else',
  ),
  'password-unchanged': row(422, 'the new password is the old one', 'choose another one'),
  'password-wrong': row(422, 'the current password is wrong', 'enter the password that you sign in with now'),
  'password-missing': row(422, 'there is no password to prove', 'use a passkey, or sign in again'),
  'breach-list-unreadable': row(
    503,
    'the list of stolen passwords cannot be read',
    'the administrator of the server finds the file in its configuration',
  ),
  // One's own account.
  'people-only': row(403, 'this is for people who are signed in', 'a service has no account of this kind'),
  'proof-needed': row(
    403,
    'prove once more who you are',
    'confirm with your passkey or your password, or sign in again, then repeat this',
  ),
  'enrolment-required': row(
    403,
    'your role demands a second factor',
    'enrol a passkey or an authenticator app; everything else waits until then',
  ),
  'last-strong-factor': row(
    409,
    'your role demands a second factor, and this is the last one',
    'enrol another one first',
  ),
  'last-way-in': row(409, 'nothing would be left to sign in with', 'set a password or add a passkey first'),
  'no-totp-pending': row(
    409,
    'no authenticator app waits to be confirmed',
    'begin again, and confirm within 15 minutes',
  ),
  'no-strong-factor': row(409, 'there is no second factor to recover', 'enrol a passkey or an authenticator app first'),
  'passkey-unknown': row(404, 'there is no such passkey'),
  'passkey-known': row(409, 'this passkey is enrolled already'),
  'too-many-factors': row(409, 'there are too many of this kind', 'remove one that is not used'),
  'session-unknown': row(404, 'there is no such session'),
  // Single sign-on.
  'oidc-provider-unknown': row(404, 'there is no such identity provider'),
  'oidc-unavailable': row(502, 'the identity provider cannot be used', 'try again later, or sign in another way'),
  'oidc-refused': row(401, 'the identity provider did not confirm who you are', 'start again'),
  'oidc-email-unverified': row(
    403,
    'the identity provider does not vouch for your e-mail address',
    'verify the address there, or ask to be invited',
  ),
  'oidc-link-needed': row(
    403,
    'this account is not linked to the identity provider',
    'sign in the way you did so far, then link it from your account',
  ),
  'oidc-person-unknown': row(403, 'nobody here has this e-mail address', 'ask an administrator to invite you'),
  'oidc-identity-taken': row(409, 'this identity belongs to another account here'),
  // Other people.
  'person-unknown': row(404, 'there is no such person'),
  'email-taken': row(409, 'somebody has this e-mail address already'),
  'person-state': row(409, 'the state of the person does not allow it'),
  'person-above': row(403, 'the person has a role above yours', 'ask somebody who has that role'),
  // Means.
  'key-unreadable': row(500, 'the key of the server cannot be used'),
  'key-missing': row(
    500,
    'the key of the server is missing, and accounts were made with it',
    'put server.key back into the folder of the keys; every process of a server needs the same one',
  ),
  'key-permissions': row(500, 'the key of the server can be read by others', 'chmod 600 the file'),
  'sealed-unreadable': row(
    500,
    'something sealed by the server does not open',
    'it was sealed with another key, or changed',
  ),
} as const;

export type PeopleErrorCode = keyof typeof peopleErrors;

/** Why an account or a way of signing in did not do what was asked. */
export class PeopleError extends CodedError {
  declare readonly code: PeopleErrorCode;

  static of(code: PeopleErrorCode, detail = '', cause?: unknown): PeopleError {
    return new PeopleError(code, peopleErrors[code], { detail }, cause);
  }

  static tooMany(retryAfterSeconds: number): PeopleError {
    const seconds = Math.max(1, Math.ceil(retryAfterSeconds));
    const data = { detail: `try again in ${seconds} seconds`, retryAfterSeconds: seconds };
    return new PeopleError('too-many-attempts', peopleErrors['too-many-attempts'], data);
  }
}

/** For the test that holds the documentation and this table together. */
export const peopleErrorCodes = Object.keys(peopleErrors) as readonly PeopleErrorCode[];
