import { z } from 'zod';
import {
  action,
  comment,
  email,
  id,
  label,
  namedScope,
  networks,
  principal,
  principalRef,
  role,
  scope,
  time,
} from './common.ts';

export const person = z.object({
  id,
  name: z.string(),
  email: z.string().nullable(),
  state: z.enum(['invited', 'active', 'disabled', 'locked', 'erased']),
  createdAt: time,
  lastSeenAt: time.nullable(),
  factors: z.object({ password: z.boolean(), totp: z.boolean(), passkeys: z.int(), oidc: z.boolean() }),
  roles: z.array(role),
});

export const invitation = z.object({ personId: id, link: z.string(), expiresAt: time });

export const service = z.object({
  id,
  name: z.string(),
  description: z.string(),
  owner: principal,
  state: z.enum(['active', 'disabled']),
  createdAt: time,
  lastUsedAt: time.nullable(),
  keys: z.int(),
  roles: z.array(role),
});

/** A long-lived secret of a service, for the header `authorization: Bearer` or to get short-lived tokens with. */
export const key = z.object({
  id,
  serviceId: id,
  name: z.string(),
  /** The part that is shown everywhere: enough to recognise it, useless to anybody. */
  prefix: z.string(),
  scopes: z.array(action),
  networks,
  createdAt: time,
  expiresAt: time,
  lastUsedAt: time.nullable(),
  lastUsedFrom: z.string().nullable(),
  state: z.enum(['active', 'rotating', 'expired', 'revoked']),
  replacedBy: id.nullable(),
});

/** The only time that the secret is seen. */
export const issuedKey = z.object({ key, secret: z.string() });

export const keyRequest = z.object({
  name: label,
  scopes: z.array(action).min(1).max(50),
  networks: networks.default([]),
  expiresInDays: z.number().int().min(1).max(366).default(90),
});

export const conditions = z.object({
  /** Holds only for callers with at least this assurance. */
  level: z.union([z.literal(1), z.literal(2)]).optional(),
  networks: networks.optional(),
  /** Local to `timeZone`; both ends in minutes from midnight. */
  hours: z
    .object({
      days: z.array(z.int().min(1).max(7)).min(1).describe('ISO days of the week, 1 is Monday'),
      fromMinute: z.int().min(0).max(1440),
      toMinute: z.int().min(0).max(1440),
      timeZone: z.string().max(64),
    })
    .optional(),
  purposes: z.array(label).max(20).optional().describe('the caller names one of them in the header x-purpose'),
  maxClassification: z.enum(['public', 'internal', 'confidential', 'restricted']).optional(),
});
export type Conditions = z.infer<typeof conditions>;

export const grant = z.object({
  id,
  principal,
  role,
  scope: namedScope,
  conditions,
  reason: z.string(),
  givenBy: principal.nullable(),
  createdAt: time,
  expiresAt: time.nullable(),
  lastUsedAt: time.nullable(),
  state: z.enum(['active', 'expired', 'revoked']),
});

export const grantRequest = z.object({
  principal: principalRef,
  role,
  scope,
  conditions: conditions.default({}),
  reason: comment.min(1),
  expiresAt: time.optional(),
});

export const classification = z.enum(['public', 'internal', 'confidential', 'restricted']);

export const project = z.object({
  id,
  name: z.string(),
  description: z.string(),
  classification,
  createdAt: time,
  grants: z.int(),
});
export const projectRequest = z.object({
  name: label,
  description: comment.default(''),
  classification: classification.default('internal'),
});

export const inviteRequest = z.object({ name: label, email, role: role.optional(), scope: scope.optional() });
