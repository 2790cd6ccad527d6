import { REPORT_SECURITY_POLICY } from '../../access/reviews/report/html.ts';
import { bind } from './bind.ts';

const saved = (campaignId: string, extension: string) => ({
  'content-disposition': `attachment; filename="access-review-${campaignId}.${extension}"`,
});

/** Access reviews and their reports. */
export const reviewBindings = [
  bind('reviews.list', ({ query, services }) => services.reviews.list(query)),

  bind('reviews.start', ({ body, caller, services }) => services.reviews.start(caller, body)),

  bind('reviews.show', ({ params, services }) => services.reviews.show(params.campaignId)),

  bind('reviews.items', ({ params, query, services }) => services.reviews.items(params.campaignId, query)),

  bind('reviews.decide', async ({ params, body, caller, services }) => ({
    items: [...(await services.reviews.decide(caller, params.campaignId, body.decisions))],
  })),

  bind('reviews.close', ({ params, caller, services }) => services.reviews.close(caller, params.campaignId)),

  bind('reviews.reportHtml', async ({ params, services }) => ({
    content: await services.reviews.report(params.campaignId, 'html'),
    // The page has a style sheet of its own, which the policy of the console does not allow.
    headers: { 'content-security-policy': REPORT_SECURITY_POLICY },
  })),

  bind('reviews.reportCsv', async ({ params, services }) => ({
    content: await services.reviews.report(params.campaignId, 'csv'),
    headers: saved(params.campaignId, 'csv'),
  })),

  bind('reviews.reportJson', async ({ params, services }) => ({
    content: await services.reviews.report(params.campaignId, 'json'),
    headers: saved(params.campaignId, 'json'),
  })),
] as const;
