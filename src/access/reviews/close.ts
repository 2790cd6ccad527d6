import type { Change } from '../../store/store.ts';
import type { ReviewCampaignTable } from '../../store/tables/reviews.ts';
import type { Caller } from '../caller.ts';
import { actorOf } from '../people/record.ts';
import { findCampaign } from './campaign-row.ts';
import { ReviewError } from './errors.ts';
import { clearNotices } from './notices.ts';
import type { ReviewParts } from './parts.ts';
import { readCampaign, readReviewers, reviewRecord } from './record.ts';

/** Somebody who decides while the record is made makes it old: then it is made again. */
const MAX_ATTEMPTS = 5;

/**
 * Closes a campaign; what is undecided stays as it is, and the record says so. The entry names the digest of the record.
 * @throws ReviewError `campaign-unknown`, `campaign-closed`, `campaign-busy`.
 */
export async function closeCampaign(parts: ReviewParts, caller: Caller, campaignId: string): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const closing = await prepare(parts, caller, campaignId);
    const { value: isClosed } = await parts.store.change((change) => close(change, caller, closing));
    if (isClosed) return;
  }
  throw ReviewError.of('campaign-busy', campaignId);
}

interface Closing {
  /** As it will be. */
  readonly campaign: ReviewCampaignTable;
  readonly reviewers: readonly string[];
  readonly digest: string;
}

/** The record of thousands of items takes a second to make: nobody who writes waits for it. */
async function prepare({ store, clock }: ReviewParts, caller: Caller, campaignId: string): Promise<Closing> {
  const open = await findCampaign(store.read, campaignId);
  if (open.closed_at !== null) throw ReviewError.of('campaign-closed', campaignId);
  const by = { closed_by_kind: caller.principal?.kind ?? null, closed_by_id: caller.principal?.id ?? null };
  const rows = await readCampaign(store.read, { ...open, closed_at: clock(), ...by });
  const { digest } = await reviewRecord(rows);
  return { campaign: rows.campaign, reviewers: rows.reviewers, digest };
}

/** False where the record is not of what is there now: each decision counts `decided` up, and an escalation adds a reviewer. */
async function close(change: Change, caller: Caller, { campaign, reviewers, digest }: Closing): Promise<boolean> {
  const { sql } = change;
  const { id, items, decided, revoked, closed_at, closed_by_kind, closed_by_id } = campaign;
  const { numUpdatedRows } = await sql
    .updateTable('review_campaigns')
    .set({ closed_at, closed_by_kind, closed_by_id, record_digest: digest })
    .where('id', '=', id)
    .where('closed_at', 'is', null)
    .where('decided', '=', decided)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  const now = await readReviewers(sql, id);
  if (now.join() !== reviewers.join()) {
    await sql
      .updateTable('review_campaigns')
      .set({ closed_at: null, closed_by_kind: null, closed_by_id: null, record_digest: null })
      .where('id', '=', id)
      .execute();
    return false;
  }
  await clearNotices(sql, id);
  change.record({
    class: 'compliance-finding',
    activity: 'review.close',
    actor: actorOf(caller),
    object: { kind: 'campaign', id, digest },
    outcome: 'success',
    severity: decided < items ? 'medium' : 'informational',
    data: { items, certified: decided - revoked, revoked, undecided: items - decided },
  });
  return true;
}
