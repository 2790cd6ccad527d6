import { z } from 'zod';
import { defineRoute, onServer } from '../route.ts';
import { comment, cursorQuery, id, label, page } from '../types/common.ts';
import { issuedKey, key, keyRequest, service } from '../types/people.ts';
import { oauthRevocationRequest, oauthToken, oauthTokenRequest } from '../types/server.ts';

const params = z.object({ serviceId: id });
const keyParams = z.object({ serviceId: id, keyId: id });

/** Programs that call: services, their keys, and short-lived tokens. */
export const serviceRoutes = [
  defineRoute({
    id: 'oauth.token',
    method: 'POST',
    path: '/oauth/token',
    summary: 'a short-lived token for a key (OAuth 2.0 client credentials, RFC 6749 section 4.4)',
    access: { kind: 'public' },
    body: oauthTokenRequest,
    takesForm: true,
    reply: oauthToken,
  }),
  defineRoute({
    id: 'oauth.revoke',
    method: 'POST',
    path: '/oauth/revoke',
    summary: 'end a token (RFC 7009); the token itself is what authorises',
    access: { kind: 'public' },
    body: oauthRevocationRequest,
    takesForm: true,
    reply: z.object({}),
  }),
  defineRoute({
    id: 'services.list',
    method: 'GET',
    path: '/api/services',
    summary: 'services',
    access: onServer('services.read'),
    query: cursorQuery.extend({ search: z.string().max(120).optional() }),
    reply: page(service),
  }),
  defineRoute({
    id: 'services.show',
    method: 'GET',
    path: '/api/services/:serviceId',
    summary: 'one service',
    access: onServer('services.read'),
    params,
    reply: service,
  }),
  defineRoute({
    id: 'services.make',
    method: 'POST',
    path: '/api/services',
    summary: 'make a service, owned by the caller',
    access: onServer('services.change'),
    body: z.strictObject({ name: label, description: comment.default('') }),
    reply: service,
    status: 201,
  }),
  defineRoute({
    id: 'services.change',
    method: 'PATCH',
    path: '/api/services/:serviceId',
    summary: 'change name, description or owner, disable or enable; disabling ends keys and tokens at once',
    access: onServer('services.change'),
    params,
    body: z
      .strictObject({ name: label, description: comment, ownerId: id, state: z.enum(['active', 'disabled']) })
      .partial(),
    reply: service,
  }),
  defineRoute({
    id: 'keys.list',
    method: 'GET',
    path: '/api/services/:serviceId/keys',
    summary: 'keys of a service, without their secrets',
    access: onServer('services.read'),
    params,
    query: cursorQuery,
    reply: page(key),
  }),
  defineRoute({
    id: 'keys.issue',
    method: 'POST',
    path: '/api/services/:serviceId/keys',
    summary: 'issue a key; the secret is shown once',
    access: onServer('keys.issue'),
    params,
    body: keyRequest,
    reply: issuedKey,
    status: 201,
  }),
  defineRoute({
    id: 'keys.rotate',
    method: 'POST',
    path: '/api/services/:serviceId/keys/:keyId/rotate',
    summary: 'issue a successor; the old key goes on for a while',
    access: onServer('keys.issue'),
    params: keyParams,
    body: z.object({
      overlapSeconds: z
        .int()
        .min(0)
        .max(30 * 86_400)
        .default(86_400),
    }),
    reply: issuedKey,
    status: 201,
  }),
  defineRoute({
    id: 'keys.revoke',
    method: 'DELETE',
    path: '/api/services/:serviceId/keys/:keyId',
    summary: 'revoke a key and the tokens it made, at once and everywhere',
    access: onServer('keys.revoke'),
    params: keyParams,
  }),
] as const;
