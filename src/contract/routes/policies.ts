import { z } from 'zod';
import type { ActionId } from '../actions.ts';
import { defineRoute } from '../route.ts';
import { comment, cursorQuery, page } from '../types/common.ts';
import {
  policyCheck,
  policyImpact,
  policyProposal,
  policyText,
  policyVersion,
  policyVersionSummary,
  sampleAnswer,
  sampleRequest,
  whoCould,
} from '../types/policies.ts';

const may = (action: ActionId) => ({ kind: 'action', action, resource: 'server' }) as const;
const params = z.object({ version: z.coerce.number().int().min(1) });
const text = policyText.optional().describe('policies to ask instead of the active ones');

/** Policies are data: read, checked, tried, proposed by one and decided by another. */
export const policyRoutes = [
  defineRoute({
    id: 'policies.list',
    method: 'GET',
    path: '/api/policies',
    summary: 'versions of the policies, the newest first',
    access: may('policies.read'),
    query: cursorQuery,
    reply: page(policyVersionSummary),
  }),
  defineRoute({
    id: 'policies.active',
    method: 'GET',
    path: '/api/policies/active',
    summary: 'the policies that decide now',
    access: may('policies.read'),
    reply: policyVersion,
  }),
  defineRoute({
    id: 'policies.show',
    method: 'GET',
    path: '/api/policies/:version',
    summary: 'one version of the policies',
    access: may('policies.read'),
    params,
    reply: policyVersion,
  }),
  defineRoute({
    id: 'policies.schema',
    method: 'GET',
    path: '/api/policies/schema',
    summary: 'the Cedar schema that policies are validated against',
    access: may('policies.read'),
    reply: z.object({ schema: z.string() }),
  }),
  defineRoute({
    id: 'policies.check',
    method: 'POST',
    path: '/api/policies/check',
    summary: 'check policies against the schema',
    access: may('policies.read'),
    body: z.object({ text: policyText }),
    reply: policyCheck,
  }),
  defineRoute({
    id: 'policies.try',
    method: 'POST',
    path: '/api/policies/try',
    summary: 'what would be decided, and why; why not, and what would change it',
    access: may('policies.read'),
    body: sampleRequest.extend({ text }),
    reply: sampleAnswer,
  }),
  defineRoute({
    id: 'policies.whoCould',
    method: 'POST',
    path: '/api/policies/who-could',
    summary: 'who could do this',
    access: may('policies.read'),
    body: sampleRequest.pick({ action: true, scope: true }).extend({ text }),
    reply: whoCould,
  }),
  defineRoute({
    id: 'policies.impact',
    method: 'POST',
    path: '/api/policies/impact',
    summary: 'who would gain and who would lose',
    access: may('policies.read'),
    body: z.object({ text: policyText }),
    reply: policyImpact,
  }),
  defineRoute({
    id: 'policies.propose',
    method: 'POST',
    path: '/api/policies',
    summary: 'propose new policies; somebody else decides',
    access: may('policies.propose'),
    body: policyProposal,
    reply: policyVersion,
    status: 201,
  }),
  defineRoute({
    id: 'policies.approve',
    method: 'POST',
    path: '/api/policies/:version/approve',
    summary: 'put a proposal into force; never the one who proposed it',
    access: may('policies.decide'),
    params,
    body: z.object({ comment: comment.default('') }),
    reply: policyVersion,
  }),
  defineRoute({
    id: 'policies.refuse',
    method: 'POST',
    path: '/api/policies/:version/refuse',
    summary: 'refuse a proposal',
    access: may('policies.decide'),
    params,
    body: z.object({ comment: comment.min(1) }),
    reply: policyVersion,
  }),
  defineRoute({
    id: 'policies.withdraw',
    method: 'POST',
    path: '/api/policies/:version/withdraw',
    summary: 'take back one’s own proposal',
    access: may('policies.propose'),
    params,
    reply: policyVersion,
  }),
] as const;
