import { z } from 'zod';
import { defineRoute, onServer } from '../route.ts';
import { comment, cursorQuery, id, page } from '../types/common.ts';
import { campaign, campaignRequest, reviewDecision, reviewItem } from '../types/policies.ts';

const params = z.object({ campaignId: id });

/** Access reviews: everybody's access is certified or taken away, again and again. */
export const reviewRoutes = [
  defineRoute({
    id: 'reviews.list',
    method: 'GET',
    path: '/api/reviews',
    summary: 'campaigns',
    access: onServer('reviews.read'),
    query: cursorQuery.extend({ state: campaign.shape.state.optional() }),
    reply: page(campaign),
  }),
  defineRoute({
    id: 'reviews.start',
    method: 'POST',
    path: '/api/reviews',
    summary: 'start a campaign',
    access: onServer('reviews.run'),
    body: campaignRequest,
    reply: campaign,
    status: 201,
  }),
  defineRoute({
    id: 'reviews.show',
    method: 'GET',
    path: '/api/reviews/:campaignId',
    summary: 'one campaign',
    access: onServer('reviews.read'),
    params,
    reply: campaign,
  }),
  defineRoute({
    id: 'reviews.items',
    method: 'GET',
    path: '/api/reviews/:campaignId/items',
    summary: 'what is to be decided in a campaign',
    access: onServer('reviews.read'),
    params,
    query: cursorQuery.extend({ open: z.stringbool().optional() }),
    reply: page(reviewItem),
  }),
  defineRoute({
    id: 'reviews.decide',
    method: 'POST',
    path: '/api/reviews/:campaignId/decisions',
    summary: 'certify or revoke grants; only reviewers of the campaign, never about themselves',
    access: onServer('reviews.decide'),
    params,
    body: z.object({
      decisions: z
        .array(z.object({ itemId: id, decision: reviewDecision, comment: comment.default('') }))
        .min(1)
        .max(200),
    }),
    reply: z.object({ items: z.array(reviewItem) }),
  }),
  defineRoute({
    id: 'reviews.close',
    method: 'POST',
    path: '/api/reviews/:campaignId/close',
    summary: 'close a campaign; what is undecided stays, and the report says so',
    access: onServer('reviews.run'),
    params,
    reply: campaign,
  }),
  defineRoute({
    id: 'reviews.reportHtml',
    method: 'GET',
    path: '/api/reviews/:campaignId/report.html',
    summary: 'the report of a campaign, to read and print',
    access: onServer('reviews.read'),
    params,
    produces: 'text/html',
  }),
  defineRoute({
    id: 'reviews.reportCsv',
    method: 'GET',
    path: '/api/reviews/:campaignId/report.csv',
    summary: 'the report of a campaign, as a table',
    access: onServer('reviews.read'),
    params,
    produces: 'text/csv',
  }),
  defineRoute({
    id: 'reviews.reportJson',
    method: 'GET',
    path: '/api/reviews/:campaignId/report.json',
    summary: 'the record of a campaign without names; the ledger holds its SHA-256 once the campaign is closed',
    access: onServer('reviews.read'),
    params,
    produces: 'application/json',
  }),
] as const;
