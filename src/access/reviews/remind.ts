import { z } from 'zod';
import type { Change } from '../../store/store.ts';
import type { JobHandler } from '../../store/jobs/job.ts';
import type { ReviewCampaignTable } from '../../store/tables/reviews.ts';
import { findCampaign } from './campaign-row.ts';
import { type NoticeKind, putNotices } from './notices.ts';
import type { ReviewParts } from './parts.ts';
import { nextStep, planStep } from './steps.ts';
import { planNotification } from './webhook.ts';

const stepData = z.object({ campaignId: z.string(), step: z.string() });

const SYSTEM = { kind: 'system', id: 'reviews' } as const;

/** Does a step of a campaign: reminds, escalates when it is due. A step that was done, or came too late, does nothing. */
export function remindHandler(parts: ReviewParts): JobHandler {
  return async ({ data }) => {
    const { campaignId, step } = stepData.parse(data);
    await runStep(parts, campaignId, step);
    return undefined;
  };
}

export async function runStep(parts: ReviewParts, campaignId: string, step: string): Promise<void> {
  await parts.store.change(async (change) => {
    if (!(await isFirst(change, { campaignId, step, nowMs: parts.clock() }))) return;
    const campaign = await findCampaign(change.sql, campaignId);
    if (campaign.closed_at !== null || campaign.decided >= campaign.items) return;
    const isEscalated = step === 'due' && (await escalate(change, campaign, parts.clock()));
    await remind(parts, change, { campaign, step, isEscalated });
    const next = step === 'due' || step.startsWith('overdue-') ? nextStep(step, campaign.due_at) : undefined;
    if (next !== undefined) await planStep(change, campaignId, next);
  });
}

/** Jobs run at least once, steps once. */
async function isFirst(
  { sql }: Change,
  { campaignId, step, nowMs }: { readonly campaignId: string; readonly step: string; readonly nowMs: number },
): Promise<boolean> {
  const { numUpdatedRows } = await sql
    .updateTable('review_steps')
    .set({ done_at: nowMs })
    .where('campaign_id', '=', campaignId)
    .where('step', '=', step)
    .where('done_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Whoever it is escalated to may decide from now on. False where there is nobody, or he is a reviewer already. */
async function escalate(change: Change, campaign: ReviewCampaignTable, nowMs: number): Promise<boolean> {
  const { id: campaignId, escalate_to: personId } = campaign;
  if (personId === null) return false;
  const { numInsertedOrUpdatedRows } = await change.sql
    .insertInto('review_reviewers')
    .values({ campaign_id: campaignId, person_id: personId, added_at: nowMs, is_escalation: 1 })
    .onConflict((conflict) => conflict.columns(['campaign_id', 'person_id']).doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows === 0n) return false;
  change.record({
    class: 'user-access',
    activity: 'review.escalate',
    actor: SYSTEM,
    object: { kind: 'campaign', id: campaignId },
    outcome: 'success',
    severity: 'medium',
    data: { to: personId, open: campaign.items - campaign.decided },
  });
  return true;
}

interface Reminder {
  readonly campaign: ReviewCampaignTable;
  readonly step: string;
  readonly isEscalated: boolean;
}

async function remind(parts: ReviewParts, change: Change, { campaign, step, isEscalated }: Reminder): Promise<void> {
  const { id: campaignId } = campaign;
  const rows = await change.sql
    .selectFrom('review_reviewers')
    .select('person_id')
    .where('campaign_id', '=', campaignId)
    .execute();
  const atMs = parts.clock();
  const reviewers = rows.map((row) => row.person_id).toSorted();
  const kind: NoticeKind = step.startsWith('due-') ? 'review-due' : 'review-overdue';
  await putNotices(change.sql, { campaignId, personIds: reviewers, kind, atMs });
  if (isEscalated && campaign.escalate_to !== null) {
    await putNotices(change.sql, { campaignId, personIds: [campaign.escalate_to], kind: 'review-escalated', atMs });
  }
  change.record({
    class: 'user-access',
    activity: 'review.remind',
    actor: SYSTEM,
    object: { kind: 'campaign', id: campaignId },
    outcome: 'success',
    severity: kind === 'review-due' ? 'informational' : 'low',
    data: { step, open: campaign.items - campaign.decided, reviewers },
  });
  if (!parts.hasWebhook) return;
  const event = isEscalated ? 'review-escalated' : kind;
  await planNotification(change, { campaignId, event, atMs, open: campaign.items - campaign.decided });
}
