import { z } from 'zod';
import { id, principal, time } from './common.ts';

export const health = z.object({ status: z.enum(['ok', 'failing']), checks: z.record(z.string(), z.string()) });

export const serverState = z.object({
  version: z.string(),
  startedAt: time,
  origin: z.string(),
  column: z.object({
    records: z.enum(['sqlite', 'postgres']),
    blobs: z.enum(['folder', 's3']),
    jobs: z.enum(['embedded', 'pg-boss']),
    counters: z.enum(['memory', 'redis']),
  }),
  tls: z.enum(['none', 'server', 'mutual', 'proxy']),
  oidc: z.array(z.object({ id: z.string(), name: z.string(), issuer: z.string() })),
  retentionDays: z.int().nullable(),
  strongFactorRoles: z.array(z.string()),
  stepUpSeconds: z.int(),
});

/** Something that somebody should look at. */
export const attention = z.object({
  kind: z.string(),
  severity: z.enum(['info', 'low', 'medium', 'high', 'critical']),
  title: z.string(),
  detail: z.string(),
  /** Where in the console to act on it. */
  href: z.string(),
  count: z.int(),
});

export const overview = z.object({
  attention: z.array(attention),
  counts: z.object({
    people: z.int(),
    services: z.int(),
    activeKeys: z.int(),
    openReviews: z.int(),
    proposals: z.int(),
    entries: z.int(),
    jobsWaiting: z.int(),
    jobsFailed: z.int(),
  }),
  /** Sign-ins and decisions of the last days, oldest first. */
  activity: z.array(
    z.object({ day: z.iso.date(), allowed: z.int(), denied: z.int(), signIns: z.int(), failedSignIns: z.int() }),
  ),
});

export const job = z.object({
  id,
  kind: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  attempts: z.int(),
  progress: z.number().min(0).max(1).nullable(),
  createdAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  error: z.string().nullable(),
  requestedBy: principal.nullable(),
  /** Of the blob that it made, where it made one. */
  result: z.object({ digest: z.string(), bytes: z.int(), name: z.string() }).nullable(),
});

export const oauthToken = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int(),
  scope: z.string(),
});

/** RFC 6749 section 4.4, in JSON or as a form. What is missing or wrong is told in the shape of section 5.2; what is unknown is ignored (section 3.2). */
export const oauthTokenRequest = z.looseObject({
  grant_type: z.string().max(100).optional(),
  client_id: z.string().max(64).optional(),
  client_secret: z.string().max(200).optional(),
  scope: z.string().max(2000).optional(),
});

/** RFC 7009 section 2.1; a hint about the kind of token is not needed. */
export const oauthRevocationRequest = z.looseObject({ token: z.string().max(200) });
