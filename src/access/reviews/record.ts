import { hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { canonicalJson, type JsonObject } from '../../ledger/canonical.ts';
import type { Database } from '../../store/tables/index.ts';
import type { ReviewCampaignTable, ReviewItemTable } from '../../store/tables/reviews.ts';
import type { Proposal } from './proposals.ts';
import { timeText, timeTextOrNull } from '../../contract/time-text.ts';

/** What a campaign came to, in one spelling (RFC 8785) and without names: its digest is in the ledger, and stays right when somebody is erased. */
export interface ReviewRecord {
  readonly text: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
}

/** The rows that a record and a report are made of. */
export interface CampaignRows {
  readonly campaign: ReviewCampaignTable;
  readonly reviewers: readonly string[];
  /** In the order in which they are listed. */
  readonly items: readonly ReviewItemTable[];
}

type Reader = Pick<Kysely<Database>, 'selectFrom'>;

/** Items that are read and spelled out before others get a turn: a campaign holds thousands. */
const BATCH = 500;

export async function readReviewers(read: Reader, campaignId: string): Promise<readonly string[]> {
  const reviewers = await read
    .selectFrom('review_reviewers')
    .select('person_id')
    .where('campaign_id', '=', campaignId)
    .orderBy('person_id')
    .execute();
  return reviewers.map((row) => row.person_id);
}

export async function readCampaign(read: Reader, campaign: ReviewCampaignTable): Promise<CampaignRows> {
  const reviewers = await readReviewers(read, campaign.id);
  const items: ReviewItemTable[] = [];
  for (let last = ''; ; last = items.at(-1)?.id ?? '') {
    const rows = await read
      .selectFrom('review_items')
      .selectAll()
      .where('campaign_id', '=', campaign.id)
      .where('id', '>', last)
      .orderBy('id')
      .limit(BATCH)
      .execute();
    items.push(...rows);
    if (rows.length < BATCH) return { campaign, reviewers, items };
    await setImmediate();
  }
}

export async function reviewRecord({ campaign, reviewers, items }: CampaignRows): Promise<ReviewRecord> {
  const spelled: string[] = [];
  for (const item of items) {
    spelled.push(canonicalJson(itemPart(item)));
    if (spelled.length % BATCH === 0) await setImmediate();
  }
  // In the order that RFC 8785 gives names.
  const text = `{"campaign":${canonicalJson(campaignPart(campaign, reviewers))},"format":${FORMAT},"items":[${spelled.join(',')}]}`;
  return { text, digest: `sha256:${hash('sha256', text, 'hex')}` };
}

const FORMAT = JSON.stringify('vouchsafe access review 1');

function campaignPart(row: ReviewCampaignTable, reviewers: readonly string[]): JsonObject {
  return {
    id: row.id,
    startedAt: timeText(row.created_at),
    startedBy: { kind: row.created_by_kind, id: row.created_by_id },
    dueAt: timeText(row.due_at),
    closedAt: timeTextOrNull(row.closed_at),
    closedBy:
      row.closed_by_kind === null || row.closed_by_id === null
        ? null
        : { kind: row.closed_by_kind, id: row.closed_by_id },
    reviewers,
    escalateTo: row.escalate_to,
    unusedDays: row.unused_days,
  };
}

function itemPart(row: ReviewItemTable): JsonObject {
  return {
    id: row.id,
    grantId: row.grant_id,
    principal: { kind: row.principal_kind, id: row.principal_id },
    role: row.role,
    scope: row.scope_kind === 'server' ? { kind: 'server' } : { kind: row.scope_kind, id: row.scope_id },
    givenAt: timeText(row.given_at),
    givenBy: row.given_by_id,
    lastUsedAt: timeTextOrNull(row.last_used_at),
    proposals: (JSON.parse(row.proposals) as readonly Proposal[]).map(({ kind }) => kind),
    decision: row.decision,
    outcome: row.outcome,
    decidedBy: row.decided_by,
    decidedAt: timeTextOrNull(row.decided_at),
  };
}
