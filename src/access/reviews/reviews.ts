import type { Caller } from '../caller.ts';
import { type Paged, pageOf, type Paging } from '../services/paging.ts';
import { type CampaignState, type CampaignView, campaignViews, findCampaign } from './campaign-row.ts';
import { closeCampaign } from './close.ts';
import { decideItems, type ItemDecision } from './decide.ts';
import { type ItemView, itemViews } from './item-row.ts';
import { noticesFor, type ShownNotice } from './notices.ts';
import type { ReviewParts } from './parts.ts';
import { readCampaign, reviewRecord } from './record.ts';
import { reportCsv } from './report/csv.ts';
import { reportFacts } from './report/facts.ts';
import { reportHtml } from './report/html.ts';
import { type CampaignRequest, startCampaign } from './start.ts';

/** Access reviews: who may do what is certified or taken away, again and again. */
export class Reviews {
  readonly #parts: ReviewParts;

  constructor(parts: ReviewParts) {
    this.#parts = parts;
  }

  /** Newest first. */
  async list({
    limit,
    cursor,
    state,
  }: Paging & { readonly state?: CampaignState | undefined }): Promise<Paged<CampaignView>> {
    const { store, clock } = this.#parts;
    const nowMs = clock();
    let query = store.read
      .selectFrom('review_campaigns')
      .selectAll()
      .orderBy('id', 'desc')
      .limit(limit + 1);
    if (cursor !== undefined) query = query.where('id', '<', cursor);
    if (state === 'closed') query = query.where('closed_at', 'is not', null);
    else if (state !== undefined)
      query = query.where('closed_at', 'is', null).where('due_at', state === 'open' ? '>' : '<=', nowMs);
    const rows = await query.execute();
    const views = await campaignViews(store.read, rows.slice(0, limit), nowMs);
    return { items: [...views], next: pageOf(rows, limit, ({ id }) => id).next };
  }

  /** @throws ReviewError `campaign-unknown`. */
  async show(campaignId: string): Promise<CampaignView> {
    const { store, clock } = this.#parts;
    const [view] = await campaignViews(store.read, [await findCampaign(store.read, campaignId)], clock());
    if (view === undefined) throw new TypeError('a campaign that was read has a view');
    return view;
  }

  /** What is to be decided, in one order; `open`: what nobody has decided, or the rest. @throws ReviewError `campaign-unknown`. */
  async items(
    campaignId: string,
    { limit, cursor, open }: Paging & { readonly open?: boolean | undefined },
  ): Promise<Paged<ItemView>> {
    const { read } = this.#parts.store;
    await findCampaign(read, campaignId);
    let query = read
      .selectFrom('review_items')
      .selectAll()
      .where('campaign_id', '=', campaignId)
      .orderBy('id')
      .limit(limit + 1);
    if (cursor !== undefined) query = query.where('id', '>', cursor);
    if (open !== undefined) query = query.where('decision', open ? 'is' : 'is not', null);
    const rows = await query.execute();
    const views = await itemViews(read, rows.slice(0, limit));
    return { items: [...views], next: pageOf(rows, limit, ({ id }) => id).next };
  }

  /** As `startCampaign`. */
  async start(caller: Caller, request: CampaignRequest): Promise<CampaignView> {
    return this.show(await startCampaign(this.#parts, caller, request));
  }

  /** As `decideItems`; answers with the items as they are then, in the order in which they were named. */
  async decide(caller: Caller, campaignId: string, decisions: readonly ItemDecision[]): Promise<readonly ItemView[]> {
    await decideItems(this.#parts, { caller, campaignId, decisions });
    const ids = decisions.map(({ itemId }) => itemId);
    const { read } = this.#parts.store;
    const rows = await read.selectFrom('review_items').selectAll().where('id', 'in', ids).execute();
    const views = new Map((await itemViews(read, rows)).map((view) => [view.id, view]));
    return ids.flatMap((id) => views.get(id) ?? []);
  }

  /** As `closeCampaign`. */
  async close(caller: Caller, campaignId: string): Promise<CampaignView> {
    await closeCampaign(this.#parts, caller, campaignId);
    return this.show(campaignId);
  }

  /** @throws ReviewError `campaign-unknown`. */
  async report(campaignId: string, format: 'html' | 'csv' | 'json'): Promise<string> {
    const { store, clock } = this.#parts;
    if (format === 'json') {
      const rows = await readCampaign(store.read, await findCampaign(store.read, campaignId));
      return (await reviewRecord(rows)).text;
    }
    const facts = await reportFacts(store.read, campaignId, clock());
    return format === 'html' ? reportHtml(facts) : reportCsv(facts);
  }

  /** What waits for a person, the most urgent first. */
  async noticesFor(personId: string): Promise<readonly ShownNotice[]> {
    return noticesFor(this.#parts.store.read, personId);
  }
}
