import { z } from 'zod';

/** Keys for signing are a few hundred bytes; a certificate chain may come along with a new one. */
const MAX_FIELD_CHARS = 16_384;
/** WebAuthn 3, section 5.8.3: 1023 bytes, in base64url. */
const MAX_CREDENTIAL_ID_CHARS = 1364;

const bytes = z
  .string()
  .max(MAX_FIELD_CHARS)
  .regex(/^[A-Za-z0-9_-]+$/);
const credentialId = bytes.max(MAX_CREDENTIAL_ID_CHARS);

const credential = z.object({
  id: credentialId,
  rawId: credentialId,
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional().catch(undefined),
});

/** What a browser answers with that made a passkey (WebAuthn 3, section 5.1, `RegistrationResponseJSON`). */
export const registrationResponse = credential.extend({
  response: z.object({
    clientDataJSON: bytes,
    attestationObject: bytes,
    transports: z.array(z.string().max(32)).max(10).default([]),
  }),
});
export type RegistrationResponse = z.output<typeof registrationResponse>;

/** What a browser answers with that used a passkey (`AuthenticationResponseJSON`). */
export const authenticationResponse = credential.extend({
  response: z.object({
    clientDataJSON: bytes,
    authenticatorData: bytes,
    signature: bytes,
    userHandle: bytes.nullish(),
  }),
});
export type AuthenticationResponse = z.output<typeof authenticationResponse>;

const clientData = z.object({
  challenge: z.string().max(MAX_FIELD_CHARS),
  crossOrigin: z.boolean().optional(),
});

/** The challenge that a browser says it answers; null where it answers from inside the page of somebody else, or makes no sense. */
export function challengeIn(clientDataJSON: string): string | null {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
  const { success, data } = clientData.safeParse(json);
  // A frame is how a click meant for something else becomes a signature.
  return success && data.crossOrigin !== true ? data.challenge : null;
}
