import type { Kysely, Transaction } from 'kysely';
import type { z } from 'zod';
import type { campaign } from '../../contract/types/policies.ts';
import type { Database } from '../../store/tables/index.ts';
import type { ReviewCampaignTable } from '../../store/tables/reviews.ts';
import { namePrincipals } from '../services/directory.ts';
import { ReviewError } from './errors.ts';
import { timeText, timeTextOrNull } from '../../contract/time-text.ts';

export type CampaignView = z.infer<typeof campaign>;

/** @throws ReviewError `campaign-unknown`. */
export async function findCampaign(
  read: Pick<Transaction<Database>, 'selectFrom'>,
  id: string,
): Promise<ReviewCampaignTable> {
  const row = await read.selectFrom('review_campaigns').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw ReviewError.of('campaign-unknown', id);
  return row;
}

export type CampaignState = CampaignView['state'];

export function campaignState(row: Pick<ReviewCampaignTable, 'closed_at' | 'due_at'>, nowMs: number): CampaignState {
  if (row.closed_at !== null) return 'closed';
  return nowMs >= row.due_at ? 'overdue' : 'open';
}

/** Campaigns as they are shown, with the names that people have now. */
export async function campaignViews(
  read: Kysely<Database>,
  rows: readonly ReviewCampaignTable[],
  nowMs: number,
): Promise<readonly CampaignView[]> {
  const reviewers = await reviewersOf(
    read,
    rows.map(({ id }) => id),
  );
  const person = (id: string) => ({ kind: 'person' as const, id });
  const name = await namePrincipals(read, [
    ...rows.map((row) => ({ kind: row.created_by_kind, id: row.created_by_id })),
    ...rows.flatMap((row) => (row.escalate_to === null ? [] : [person(row.escalate_to)])),
    ...[...reviewers.values()].flat().map(person),
  ]);
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    state: campaignState(row, nowMs),
    createdBy: name({ kind: row.created_by_kind, id: row.created_by_id }),
    createdAt: timeText(row.created_at),
    dueAt: timeText(row.due_at),
    closedAt: timeTextOrNull(row.closed_at),
    reviewers: (reviewers.get(row.id) ?? []).map((id) => name(person(id))),
    escalateTo: row.escalate_to === null ? null : name(person(row.escalate_to)),
    items: row.items,
    decided: row.decided,
    revoked: row.revoked,
  }));
}

async function reviewersOf(
  read: Kysely<Database>,
  campaignIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (campaignIds.length === 0) return new Map();
  const rows = await read
    .selectFrom('review_reviewers')
    .select(['campaign_id', 'person_id'])
    .where('campaign_id', 'in', campaignIds)
    .orderBy('added_at')
    .orderBy('person_id')
    .execute();
  const byCampaign = Map.groupBy(rows, (row) => row.campaign_id);
  return new Map([...byCampaign].map(([id, some]) => [id, some.map((row) => row.person_id)]));
}
