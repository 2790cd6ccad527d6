import type { z } from 'zod';
import type { campaignRequest } from '../../contract/types/policies.ts';
import { newId } from '../../store/new-id.ts';
import type { Change } from '../../store/store.ts';
import type { ReviewCampaignTable, ReviewItemTable } from '../../store/tables/reviews.ts';
import type { Caller } from '../caller.ts';
import { actorOf } from '../people/record.ts';
import { activePeople } from '../services/directory.ts';
import { chunks } from './chunks.ts';
import { ReviewError } from './errors.ts';
import { reviewLimits } from './limits.ts';
import { putNotices } from './notices.ts';
import type { ReviewParts } from './parts.ts';
import { type SnapshotRow, takeSnapshot } from './snapshot.ts';
import { firstSteps, planStep } from './steps.ts';

export type CampaignRequest = z.infer<typeof campaignRequest>;

/**
 * Starts a campaign about the grants that the filter means now; what is given later is for the next one. Answers with its id.
 * @throws ReviewError `due-unacceptable`, `reviewer-unacceptable`, `nothing-to-review`, `too-much-to-review`, `nobody-may-decide`.
 */
export async function startCampaign(parts: ReviewParts, caller: Caller, request: CampaignRequest): Promise<string> {
  const nowMs = parts.clock();
  const dueAt = dueTime(request.dueAt, nowMs);
  const reviewers = [...new Set(request.reviewers)];
  await checkPeople(parts, request.escalateTo === undefined ? reviewers : [...reviewers, request.escalateTo]);
  const rows = await takeSnapshot(parts, request.filter, nowMs);
  if (rows.length === 0) throw ReviewError.of('nothing-to-review', 'no grant that holds matches the filter');
  checkDecidable(rows, reviewers);
  const campaign = campaignOf(caller, request, { nowMs, dueAt, items: rows.length, unusedDays: parts.unusedDays });
  await parts.store.change(async (change) => {
    await write(change, { campaign, reviewers, rows });
    for (const step of firstSteps(dueAt, request.remindDaysBefore, nowMs)) await planStep(change, campaign.id, step);
    await putNotices(change.sql, {
      campaignId: campaign.id,
      personIds: reviewers,
      kind: 'review-requested',
      atMs: nowMs,
    });
    record(change, caller, { campaign, reviewers, filter: request.filter });
  });
  return campaign.id;
}

function dueTime(text: string, nowMs: number): number {
  const dueAt = Date.parse(text);
  const inMs = dueAt - nowMs;
  if (!(inMs >= reviewLimits.minDueMs && inMs <= reviewLimits.maxDueMs)) throw ReviewError.of('due-unacceptable', text);
  return dueAt;
}

async function checkPeople({ store }: ReviewParts, ids: readonly string[]): Promise<void> {
  const active = await activePeople(store.read, ids);
  const missing = ids.filter((id) => !active.has(id));
  if (missing.length > 0) throw ReviewError.of('reviewer-unacceptable', missing.join(', '));
}

/** Better told now than found out when the campaign is due. */
function checkDecidable(rows: readonly SnapshotRow[], reviewers: readonly string[]): void {
  const stuck = rows.filter(({ subjectId }) => reviewers.every((id) => id === subjectId));
  if (stuck.length === 0) return;
  const named = stuck.slice(0, reviewLimits.maxNamed).map(({ grant }) => grant.id);
  const more = stuck.length > named.length ? ` and ${stuck.length - named.length} more` : '';
  throw ReviewError.of('nobody-may-decide', `${named.join(', ')}${more}`);
}

interface CampaignFacts {
  readonly nowMs: number;
  readonly dueAt: number;
  readonly items: number;
  readonly unusedDays: number;
}

function campaignOf({ principal }: Caller, request: CampaignRequest, facts: CampaignFacts): ReviewCampaignTable {
  if (principal === null) throw new TypeError('a campaign is started by somebody');
  return {
    id: newId('campaign', facts.nowMs),
    name: request.name,
    created_by_kind: principal.kind,
    created_by_id: principal.id,
    created_at: facts.nowMs,
    due_at: facts.dueAt,
    closed_at: null,
    closed_by_kind: null,
    closed_by_id: null,
    escalate_to: request.escalateTo ?? null,
    unused_days: facts.unusedDays,
    items: facts.items,
    decided: 0,
    revoked: 0,
    record_digest: null,
  };
}

interface NewCampaign {
  readonly campaign: ReviewCampaignTable;
  readonly reviewers: readonly string[];
  readonly rows: readonly SnapshotRow[];
}

async function write({ sql }: Change, { campaign, reviewers, rows }: NewCampaign): Promise<void> {
  await sql.insertInto('review_campaigns').values(campaign).execute();
  await sql
    .insertInto('review_reviewers')
    .values(
      reviewers.map((personId) => ({
        campaign_id: campaign.id,
        person_id: personId,
        added_at: campaign.created_at,
        is_escalation: 0,
      })),
    )
    .execute();
  for (const some of chunks(rows)) {
    await sql
      .insertInto('review_items')
      .values(some.map((row) => itemOf(campaign, row)))
      .execute();
  }
}

function itemOf({ id: campaignId, created_at: createdAt }: ReviewCampaignTable, row: SnapshotRow): ReviewItemTable {
  const { grant } = row;
  const { scope } = grant;
  return {
    id: newId('item', createdAt),
    campaign_id: campaignId,
    grant_id: grant.id,
    principal_kind: grant.principal.kind,
    principal_id: grant.principal.id,
    role: grant.role,
    scope_kind: scope.kind,
    scope_id: scope.kind === 'server' ? '' : scope.id,
    scope_name: row.scopeName,
    given_at: grant.createdAtMs,
    given_by_id: grant.givenBy?.id ?? null,
    last_used_at: grant.lastUsedAtMs,
    proposals: JSON.stringify(row.proposals),
    decision: null,
    decided_by: null,
    decided_at: null,
    comment: null,
    outcome: null,
  };
}

interface Started {
  readonly campaign: ReviewCampaignTable;
  readonly reviewers: readonly string[];
  readonly filter: CampaignRequest['filter'];
}

function record(change: Change, caller: Caller, { campaign, reviewers, filter }: Started): void {
  change.record({
    class: 'user-access',
    activity: 'review.start',
    actor: actorOf(caller),
    object: { kind: 'campaign', id: campaign.id },
    outcome: 'success',
    data: {
      items: campaign.items,
      dueAt: campaign.due_at,
      reviewers,
      escalateTo: campaign.escalate_to,
      unusedDays: campaign.unused_days,
      filter: JSON.stringify(filter),
    },
    // What people call a campaign may name people.
    personal: { name: campaign.name.toWellFormed() },
  });
}
