import { z } from 'zod';
import { email, id, label, principal, role, scope, time } from './common.ts';

/** How somebody has proved who he is. */
export const factor = z.enum(['password', 'totp', 'recovery-code', 'passkey', 'oidc']);

/** 1: one factor; 2: two factors or a passkey with user verification. */
const assuranceLevel = z.union([z.literal(1), z.literal(2)]);

export const password = z.string().min(1).max(1024);
export const oneTimeCode = z
  .string()
  .trim()
  .regex(/^\d{6}$/, 'expected six digits');
export const recoveryCode = z.string().trim().min(8).max(40);

/** The objects of WebAuthn in JSON; the server checks every field of them itself. */
export const webauthnJson = z.record(z.string(), z.json());

export const session = z.object({
  id,
  current: z.boolean(),
  createdAt: time,
  lastSeenAt: time,
  expiresAt: time,
  level: assuranceLevel,
  factors: z.array(factor),
  address: z.string(),
  agent: z.string(),
});

/** What a step of signing in leads to. */
export const signInStep = z.discriminatedUnion('state', [
  /** More is needed: one of `factors`. */
  z.object({ state: z.literal('factor-required'), factors: z.array(factor) }),
  /** Signed in, but a role demands a strong factor that is not enrolled yet: nothing else is allowed until then. */
  z.object({ state: z.literal('enrolment-required') }),
  z.object({ state: z.literal('signed-in') }),
]);

export const me = z.object({
  principal,
  email: email.nullable(),
  level: assuranceLevel,
  /** When a passkey with user verification was last used in this session. */
  verifiedAt: time.nullable(),
  enrolmentRequired: z.boolean(),
  hasPassword: z.boolean(),
  hasTotp: z.boolean(),
  recoveryCodesLeft: z.int(),
  passkeys: z.array(
    z.object({ id, name: z.string(), createdAt: time, lastUsedAt: time.nullable(), synced: z.boolean() }),
  ),
  grants: z.array(z.object({ id, role, scope, expiresAt: time.nullable() })),
  /** Actions that are allowed on the server as a whole: what the console shows. */
  actions: z.array(z.string()),
  /** Sent back as the header `x-csrf-token` with everything that changes something. */
  csrfToken: z.string(),
});

export const signInOptions = z.object({
  password: z.boolean(),
  passkey: z.boolean(),
  oidc: z.array(z.object({ id: z.string(), name: z.string() })),
  /** No administrator yet: the set-up link that the server printed is needed. */
  setUpRequired: z.boolean(),
  /** The first step was right, as after single sign-on, and one of these is still to come; empty where nobody is on his way in. */
  pending: z.array(factor),
});

export const totpSecret = z.object({ secret: z.string(), uri: z.string() });
export const recoveryCodes = z.object({ codes: z.array(z.string()) });
export const namedPasskey = z.object({ name: label, response: webauthnJson });

/** First administrator, or a person who was invited: with a password or, where passwords open nothing or somebody has no use for one, a passkey. */
export const acceptance = z.object({
  token: z.string().min(20).max(200),
  name: label,
  email: email.optional(),
  password: password.optional(),
  passkey: namedPasskey.optional(),
});
