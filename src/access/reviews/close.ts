import type { Caller } from '../caller.ts';
import { actorOf } from '../people/record.ts';
import { findCampaign } from './campaign-row.ts';
import { ReviewError } from './errors.ts';
import { clearNotices } from './notices.ts';
import type { ReviewParts } from './parts.ts';
import { readCampaign, reviewRecord } from './record.ts';

/**
 * Closes a campaign; what is undecided stays as it is, and the record says so. The entry names the digest of the record.
 * @throws ReviewError `campaign-unknown`, `campaign-closed`.
 */
export async function closeCampaign({ store, clock }: ReviewParts, caller: Caller, campaignId: string): Promise<void> {
  await store.change(async (change) => {
    const { sql } = change;
    const { numUpdatedRows } = await sql
      .updateTable('review_campaigns')
      .set({
        closed_at: clock(),
        closed_by_kind: caller.principal?.kind ?? null,
        closed_by_id: caller.principal?.id ?? null,
      })
      .where('id', '=', campaignId)
      .where('closed_at', 'is', null)
      .executeTakeFirst();
    const campaign = await findCampaign(sql, campaignId);
    if (numUpdatedRows === 0n) throw ReviewError.of('campaign-closed', campaignId);
    const { digest } = reviewRecord(await readCampaign(sql, campaign));
    await sql.updateTable('review_campaigns').set({ record_digest: digest }).where('id', '=', campaignId).execute();
    await clearNotices(sql, campaignId);
    const { items, decided, revoked } = campaign;
    change.record({
      class: 'compliance-finding',
      activity: 'review.close',
      actor: actorOf(caller),
      object: { kind: 'campaign', id: campaignId, digest },
      outcome: 'success',
      severity: decided < items ? 'medium' : 'informational',
      data: { items, certified: decided - revoked, revoked, undecided: items - decided },
    });
  });
}
