import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import { decodeAttestationObject, isoBase64URL } from '@simplewebauthn/server/helpers';
import type { People } from '../people.ts';
import { checkTicket, type TicketUse } from '../secrets/ticket.ts';
import { type AuthenticationResponse, challengeIn, type RegistrationResponse } from './responses.ts';

/** Ed25519, ES256, RS256 (COSE algorithms, RFC 9053). */
export const passkeyAlgorithms = [-8, -7, -257];

/** The challenge that was answered: to be used up, whatever came of it. */
export interface AnsweredTicket {
  readonly ticket: string;
  readonly expiresAtMs: number;
}

export type PasskeyVerdict<Proof> =
  | { readonly proof: Proof; readonly answered: AnsweredTicket }
  /** `answered` is null where the challenge was none of ours. */
  | { readonly proof: null; readonly reason: string; readonly answered: AnsweredTicket | null };

export interface NewPasskey {
  readonly credentialId: string;
  readonly publicKey: string;
  readonly signCount: number;
  readonly aaguid: string;
  readonly isSynced: boolean;
}

/** Whether a browser made a passkey for this server, person and challenge, with user verification. */
export async function verifyNewPasskey(
  people: People,
  response: RegistrationResponse,
  use: TicketUse,
): Promise<PasskeyVerdict<NewPasskey>> {
  const answered = answeredTicket(people, response.response.clientDataJSON, use);
  if (answered === null) return { proof: null, reason: 'the challenge is not one of this session', answered };
  try {
    refuseAttestation(response.response.attestationObject);
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: {
        ...response,
        response: { ...response.response, transports: [] },
        clientExtensionResults: {},
      } as never,
      expectedChallenge: answered.ticket,
      expectedOrigin: people.origin,
      expectedRPID: people.rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: passkeyAlgorithms,
    });
    if (!verified) return { proof: null, reason: 'it does not verify', answered };
    const { credential, aaguid, credentialDeviceType } = registrationInfo;
    const publicKey = isoBase64URL.fromBuffer(credential.publicKey);
    const isSynced = credentialDeviceType === 'multiDevice';
    return {
      proof: { credentialId: credential.id, publicKey, signCount: credential.counter, aaguid, isSynced },
      answered,
    };
  } catch (error) {
    return { proof: null, reason: reasonOf(error), answered };
  }
}

/**
 * No attestation was asked for, and none is examined: its certificates name addresses to fetch, which whoever made them chose.
 * What signs itself is only a signature more.
 */
function refuseAttestation(attestationObject: string): void {
  const decoded = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject));
  const format = decoded.get('fmt');
  const isSelf = format === 'packed' && decoded.get('attStmt').get('x5c') === undefined;
  if (format !== 'none' && !isSelf) throw new Error(`attestation of format ${format} was not asked for`);
}

export interface KnownPasskey {
  readonly credentialId: string;
  readonly publicKey: string;
}

export interface PasskeyUse {
  readonly signCount: number;
  readonly isUserVerified: boolean;
}

/** Whether a passkey answered this challenge, for this server. The counter is judged where it is stored. */
export async function verifyPasskeyUse(
  people: People,
  response: AuthenticationResponse,
  {
    passkey,
    use,
    requireUserVerification,
  }: {
    readonly passkey: KnownPasskey;
    readonly use: TicketUse;
    readonly requireUserVerification: boolean;
  },
): Promise<PasskeyVerdict<PasskeyUse>> {
  const answered = answeredTicket(people, response.response.clientDataJSON, use);
  if (answered === null) return { proof: null, reason: 'the challenge is not one of this session', answered };
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...response, clientExtensionResults: {} } as never,
      expectedChallenge: answered.ticket,
      expectedOrigin: people.origin,
      expectedRPID: people.rpId,
      requireUserVerification,
      credential: {
        id: passkey.credentialId,
        publicKey: isoBase64URL.toBuffer(passkey.publicKey),
        counter: 0,
      },
    });
    if (!verified) return { proof: null, reason: 'the signature does not verify', answered };
    const { newCounter, userVerified } = authenticationInfo;
    return { proof: { signCount: newCounter, isUserVerified: userVerified }, answered };
  } catch (error) {
    return { proof: null, reason: reasonOf(error), answered };
  }
}

export function answeredTicket(people: People, clientDataJSON: string, use: TicketUse): AnsweredTicket | null {
  const ticket = challengeIn(clientDataJSON);
  if (ticket === null) return null;
  const expiresAtMs = checkTicket(people.secrets, use, ticket, people.clock());
  return expiresAtMs === null ? null : { ticket, expiresAtMs };
}

const MAX_REASON_CHARS = 160;

/** For the ledger; what a browser sent stands in some of these messages, so they are cut and cleaned. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.slice(0, MAX_REASON_CHARS).replaceAll(/\p{C}/gu, ' ').toWellFormed().trim() || 'it does not verify';
}
