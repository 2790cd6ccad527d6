import type { z } from 'zod';
import { generateAuthenticationOptions, generateRegistrationOptions } from '@simplewebauthn/server';
import { isoBase64URL } from '@simplewebauthn/server/helpers';
import type { Account } from '../accounts/find-account.ts';
import { peopleLimits } from '../limits.ts';
import type { People } from '../people.ts';
import { issueTicket, type TicketUse } from '../secrets/ticket.ts';
import type { CredentialRef } from './stored-passkeys.ts';
import { passkeyAlgorithms } from './verify-passkey.ts';

const RP_NAME = 'Vouchsafe';
const TIMEOUT_MS = peopleLimits.challengeSeconds * 1000;

/** The objects of WebAuthn in JSON, as the contract has them. */
export type WebauthnJson = Record<string, z.infer<ReturnType<typeof z.json>>>;

/** Whose passkey it will be. */
export type PasskeyOwner = Pick<Account, 'webauthnId' | 'name' | 'email'>;

/** What a browser needs to make a passkey; it makes none where it has one of those that are known. */
export async function newPasskeyOptions(
  people: People,
  owner: PasskeyOwner,
  { use, known }: { readonly use: TicketUse; readonly known: CredentialRef[] },
): Promise<WebauthnJson> {
  const options = await generateRegistrationOptions({
    rpName: RP_NAME,
    rpID: people.rpId,
    userName: owner.email,
    userDisplayName: owner.name,
    userID: isoBase64URL.toBuffer(owner.webauthnId),
    challenge: challenge(people, use),
    timeout: TIMEOUT_MS,
    attestationType: 'none',
    excludeCredentials: known,
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
    supportedAlgorithmIDs: passkeyAlgorithms,
  });
  return asJson(options);
}

/** What a browser needs to use a passkey: any that it has for this server, or one of those of a person who is known. */
export async function passkeyUseOptions(
  people: People,
  use: TicketUse,
  {
    credentials,
    userVerification,
  }: {
    readonly credentials: CredentialRef[];
    readonly userVerification: 'required' | 'preferred';
  },
): Promise<WebauthnJson> {
  const options = await generateAuthenticationOptions({
    rpID: people.rpId,
    allowCredentials: credentials,
    challenge: challenge(people, use),
    timeout: TIMEOUT_MS,
    userVerification,
  });
  return asJson(options);
}

/** Without the members that are there and undefined, which JSON does not have. */
function asJson(options: object): WebauthnJson {
  return JSON.parse(JSON.stringify(options)) as WebauthnJson;
}

function challenge(people: People, use: TicketUse): Uint8Array<ArrayBuffer> {
  return new Uint8Array(issueTicket(people.secrets, use, people.clock() + TIMEOUT_MS));
}
