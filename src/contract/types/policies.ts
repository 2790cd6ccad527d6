import { z } from 'zod';
import { action, comment, id, namedScope, principal, principalRef, role, scope, time } from './common.ts';
import { classification } from './people.ts';

const maxPolicyCharacters = 200_000;

export const policyText = z.string().max(maxPolicyCharacters).describe('Cedar policies');

/** What is wrong with policies, and where (characters from the start of the text). */
export const policyFault = z.object({
  message: z.string(),
  policyId: z.string().nullable(),
  start: z.int().nullable(),
  end: z.int().nullable(),
  severity: z.enum(['error', 'warning']),
});

export const policyVersion = z.object({
  version: z.int(),
  state: z.enum(['proposed', 'active', 'superseded', 'refused', 'withdrawn']),
  text: z.string(),
  digest: z.string(),
  comment: z.string(),
  proposedBy: principal.nullable(),
  proposedAt: time,
  decidedBy: principal.nullable(),
  decidedAt: time.nullable(),
  decisionComment: z.string().nullable(),
});

export const policyVersionSummary = policyVersion.omit({ text: true });

/** A question to the policies. What is absent is as it would be for the principal right now. */
export const sampleRequest = z.object({
  principal: principalRef,
  action,
  scope,
  context: z
    .object({
      level: z.union([z.literal(1), z.literal(2)]),
      recentlyVerified: z.boolean(),
      address: z.union([z.ipv4(), z.ipv6()]),
      at: time,
      purpose: z.string().max(120),
      classification,
    })
    .partial()
    .default({}),
});

export const sampleAnswer = z.object({
  decision: z.enum(['allow', 'deny']),
  /** Plain sentences, the deciding one first. */
  reasons: z.array(z.string()),
  /** Policies that decided. */
  policies: z.array(z.string()),
  /** Grants that took part. */
  grants: z.array(z.object({ id, role, scope, used: z.boolean(), why: z.string() })),
  /** What would make a denied request allowed: the shortest ways first. */
  ways: z.array(z.string()),
});

export const whoCould = z.object({
  action,
  scope,
  principals: z.array(
    z.object({
      principal,
      /** Conditions under which: none means right now, from anywhere. */
      under: z.array(z.string()),
      policies: z.array(z.string()),
      grants: z.array(id),
    }),
  ),
  /** False: there are more principals than were looked at. */
  complete: z.boolean(),
});

export const policyCheck = z.object({ valid: z.boolean(), faults: z.array(policyFault) });

/** What a proposed version would change for those who are here: who gains, who loses. */
export const policyImpact = z.object({
  examined: z.int(),
  changes: z.array(
    z.object({ principal, action, scope, before: z.enum(['allow', 'deny']), after: z.enum(['allow', 'deny']) }),
  ),
  /** False: there are more principals, places, purposes or changes than were looked at or are told. */
  complete: z.boolean(),
});

export const policyProposal = z.object({ text: policyText, comment: comment.min(1), basedOn: z.int() });

export const reviewDecision = z.enum(['certify', 'revoke']);

export const campaign = z.object({
  id,
  name: z.string(),
  state: z.enum(['open', 'overdue', 'closed']),
  createdBy: principal,
  createdAt: time,
  dueAt: time,
  closedAt: time.nullable(),
  reviewers: z.array(principal),
  escalateTo: principal.nullable(),
  items: z.int(),
  decided: z.int(),
  revoked: z.int(),
});

export const campaignRequest = z.object({
  name: z.string().trim().min(1).max(120),
  dueAt: time,
  reviewers: z.array(id).min(1).max(50),
  escalateTo: id.optional(),
  remindDaysBefore: z.array(z.int().min(0).max(60)).max(10).default([7, 1]),
  /** Which grants: all that are absent is not narrowed. */
  filter: z
    .object({
      roles: z.array(role),
      scopes: z.array(scope),
      principals: z.array(principalRef),
      unusedDays: z.int().min(1),
    })
    .partial()
    .default({}),
});

export const reviewItem = z.object({
  id,
  campaignId: id,
  grantId: id,
  principal,
  role,
  scope: namedScope,
  lastUsedAt: time.nullable(),
  /** What speaks for taking it away. */
  proposals: z.array(z.object({ kind: z.enum(['unused', 'excessive', 'conflict', 'expired-owner']), why: z.string() })),
  decision: reviewDecision.nullable(),
  decidedBy: principal.nullable(),
  decidedAt: time.nullable(),
  comment: z.string().nullable(),
});

/** Who can do what, by which policy and grant, last used when. */
export const accessRow = z.object({
  principal,
  role,
  scope: namedScope,
  grantId: id,
  actions: z.array(action),
  policies: z.array(z.string()),
  lastUsedAt: time.nullable(),
  conflicts: z.array(z.string()),
});
