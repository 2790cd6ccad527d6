import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../../store/tables/index.ts';
import type { ReviewNoticeTable } from '../../store/tables/reviews.ts';
import { timeText } from '../../contract/time-text.ts';

export type NoticeKind = ReviewNoticeTable['kind'];

interface Notice {
  readonly campaignId: string;
  readonly personIds: readonly string[];
  readonly kind: NoticeKind;
  readonly atMs: number;
}

/** Puts a notice before people; it replaces the one about the same campaign. */
export async function putNotices(
  sql: Transaction<Database>,
  { campaignId, personIds, kind, atMs }: Notice,
): Promise<void> {
  if (personIds.length === 0) return;
  await sql
    .insertInto('review_notices')
    .values(personIds.map((personId) => ({ campaign_id: campaignId, person_id: personId, kind, created_at: atMs })))
    .onConflict((conflict) => conflict.columns(['campaign_id', 'person_id']).doUpdateSet({ kind, created_at: atMs }))
    .execute();
}

export async function clearNotices(sql: Transaction<Database>, campaignId: string): Promise<void> {
  await sql.deleteFrom('review_notices').where('campaign_id', '=', campaignId).execute();
}

/** What waits for a person, as the console's overview shows it. */
export interface ShownNotice {
  readonly campaignId: string;
  readonly campaignName: string;
  readonly kind: NoticeKind;
  readonly dueAt: string;
  /** Items that nobody has decided. */
  readonly open: number;
}

/** The most urgent first. */
export async function noticesFor(read: Kysely<Database>, personId: string): Promise<readonly ShownNotice[]> {
  const rows = await read
    .selectFrom('review_notices as n')
    .innerJoin('review_campaigns as c', 'c.id', 'n.campaign_id')
    .select(['n.campaign_id', 'n.kind', 'c.name', 'c.due_at', 'c.items', 'c.decided'])
    .where('n.person_id', '=', personId)
    .where('c.closed_at', 'is', null)
    .orderBy('c.due_at')
    .limit(50)
    .execute();
  return rows.map((row) => ({
    campaignId: row.campaign_id,
    campaignName: row.name,
    kind: row.kind,
    dueAt: timeText(row.due_at),
    open: row.items - row.decided,
  }));
}
