import type { Transaction } from 'kysely';
import { CodedError } from '../../bytes/errors.ts';
import { parseEntry } from '../../ledger/entry.ts';
import type { Change } from '../../store/store.ts';
import type { Database } from '../../store/tables/index.ts';
import type { ReviewItemTable } from '../../store/tables/reviews.ts';
import type { Caller } from '../caller.ts';
import { takeGrant } from '../grants/take-grant.ts';
import { actorOf } from '../people/record.ts';
import type { ActivePolicies } from '../policies/active-policies.ts';
import { findCampaign } from './campaign-row.ts';
import { ReviewError } from './errors.ts';
import { reviewLimits } from './limits.ts';
import { clearNotices } from './notices.ts';
import type { ReviewParts } from './parts.ts';

/** What one reviewer says about one item. */
export interface ItemDecision {
  readonly itemId: string;
  readonly decision: 'certify' | 'revoke';
  readonly comment: string;
}

interface Deciding {
  readonly caller: Caller;
  readonly campaignId: string;
  readonly decisions: readonly ItemDecision[];
}

type Outcome = NonNullable<ReviewItemTable['outcome']>;

/**
 * Decides items, all of them or none: a reviewer who was overtaken sees what the other decided before he decides again.
 * Deciding to revoke takes the grant away in the same change.
 * @throws ReviewError `campaign-unknown`, `campaign-closed`, `reviewer-required`, `own-access`, `item-unknown`, `item-repeated`,
 * `item-decided`, `grant-ended`; and what forbids taking a grant away, such as that it is the last administrator's.
 */
export async function decideItems(parts: ReviewParts, { caller, campaignId, decisions }: Deciding): Promise<void> {
  const reviewerId = caller.principal?.kind === 'person' ? caller.principal.id : undefined;
  if (reviewerId === undefined) throw ReviewError.of('reviewer-required', 'a program is none');
  // One order for everybody, so that two who decide the same items do not wait for each other.
  const inOrder = decisions.toSorted((a, b) => (a.itemId < b.itemId ? -1 : 1));
  checkRepeated(inOrder);
  const policies = await parts.policies();
  await parts.store.change(async (change) => {
    await checkReviewer(change.sql, campaignId, reviewerId);
    await holdOpenCampaign(change.sql, campaignId, inOrder);
    const items = await findItems(change.sql, campaignId, inOrder);
    await checkNotOwn(change.sql, items, reviewerId);
    await writeDecisions(change.sql, { inOrder, reviewerId, atMs: parts.clock() });
    for (const decision of inOrder) {
      const item = items.get(decision.itemId);
      if (item !== undefined) await carryOut(parts, change, { caller, policies, item, decision });
    }
    await forgetNoticesWhenDone(change.sql, campaignId);
  });
}

function checkRepeated(inOrder: readonly ItemDecision[]): void {
  const repeated = inOrder.find(({ itemId }, at) => at > 0 && inOrder[at - 1]?.itemId === itemId);
  if (repeated !== undefined) throw ReviewError.of('item-repeated', repeated.itemId);
}

async function checkReviewer(sql: Transaction<Database>, campaignId: string, personId: string): Promise<void> {
  const row = await sql
    .selectFrom('review_reviewers')
    .select('person_id')
    .where('campaign_id', '=', campaignId)
    .where('person_id', '=', personId)
    .executeTakeFirst();
  if (row !== undefined) return;
  await findCampaign(sql, campaignId);
  throw ReviewError.of('reviewer-required', personId);
}

/** Counts the decisions, and so holds the row until the change is committed, in every process: nobody closes the campaign in between. */
async function holdOpenCampaign(
  sql: Transaction<Database>,
  campaignId: string,
  decisions: readonly ItemDecision[],
): Promise<void> {
  const revoked = decisions.filter(({ decision }) => decision === 'revoke').length;
  const { numUpdatedRows } = await sql
    .updateTable('review_campaigns')
    .set((row) => ({
      decided: row('decided', '+', decisions.length),
      revoked: row('revoked', '+', revoked),
    }))
    .where('id', '=', campaignId)
    .where('closed_at', 'is', null)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw ReviewError.of('campaign-closed', campaignId);
}

async function findItems(
  sql: Transaction<Database>,
  campaignId: string,
  decisions: readonly ItemDecision[],
): Promise<ReadonlyMap<string, ReviewItemTable>> {
  const ids = decisions.map(({ itemId }) => itemId);
  const rows = await sql
    .selectFrom('review_items')
    .selectAll()
    .where('campaign_id', '=', campaignId)
    .where('id', 'in', ids)
    .execute();
  const items = new Map(rows.map((row) => [row.id, row]));
  const unknown = ids.filter((id) => !items.has(id));
  if (unknown.length > 0) throw ReviewError.of('item-unknown', listed(unknown));
  return items;
}

/** A service speaks with the voice of its owner, so he does not judge it either; nor does he who hands it over during the campaign. */
async function checkNotOwn(
  sql: Transaction<Database>,
  items: ReadonlyMap<string, ReviewItemTable>,
  personId: string,
): Promise<void> {
  const owned = await sql.selectFrom('services').select('id').where('owner_id', '=', personId).execute();
  const handedOver = await servicesHandedOver(sql, [...items.values()], personId);
  const own = new Set([personId, ...owned.map(({ id }) => id), ...handedOver]);
  const judged = [...items.values()].filter((item) => own.has(item.principal_id)).map(({ id }) => id);
  if (judged.length > 0) throw ReviewError.of('own-access', listed(judged));
}

/** Of the services among the items, those that somebody had when their campaign began, as the ledger shows it. */
async function servicesHandedOver(
  sql: Transaction<Database>,
  items: readonly ReviewItemTable[],
  personId: string,
): Promise<readonly string[]> {
  const services = items.filter((item) => item.principal_kind === 'service').map((item) => item.principal_id);
  const [first] = items;
  if (services.length === 0 || first === undefined) return [];
  const { created_at: startedAt } = await findCampaign(sql, first.campaign_id);
  const changes = await sql
    .selectFrom('ledger_entry')
    .select(['object_id', 'bytes'])
    .where('object_id', 'in', services)
    .where('activity', 'in', ['service.change', 'service.disable', 'service.enable'])
    .where('time', '>=', startedAt)
    .execute();
  const wasHis = (bytes: Uint8Array | null): boolean =>
    bytes !== null && parseEntry(bytes).data?.['ownerBefore'] === personId;
  return changes.filter(({ bytes }) => wasHis(bytes)).flatMap(({ object_id: id }) => id ?? []);
}

interface Decisions {
  readonly inOrder: readonly ItemDecision[];
  readonly reviewerId: string;
  readonly atMs: number;
}

async function writeDecisions(sql: Transaction<Database>, { inOrder, reviewerId, atMs }: Decisions): Promise<void> {
  const overtaken: string[] = [];
  for (const { itemId, decision, comment } of inOrder) {
    const { numUpdatedRows } = await sql
      .updateTable('review_items')
      .set({ decision, decided_by: reviewerId, decided_at: atMs, comment: comment.toWellFormed() })
      .where('id', '=', itemId)
      .where('decision', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) overtaken.push(itemId);
  }
  if (overtaken.length > 0) throw ReviewError.of('item-decided', listed(overtaken));
}

interface CarryingOut {
  readonly caller: Caller;
  readonly policies: ActivePolicies;
  readonly item: ReviewItemTable;
  readonly decision: ItemDecision;
}

async function carryOut(parts: ReviewParts, change: Change, carrying: CarryingOut): Promise<void> {
  const { caller, item, decision } = carrying;
  const outcome =
    decision.decision === 'certify' ? await keep(parts, change, item) : await take(parts, change, carrying);
  await change.sql.updateTable('review_items').set({ outcome }).where('id', '=', item.id).execute();
  const { comment } = decision;
  change.record({
    class: 'user-access',
    activity: 'review.decide',
    actor: actorOf(caller),
    object: { kind: 'review-item', id: item.id },
    decision: decision.decision === 'certify' ? 'allow' : 'deny',
    outcome: 'success',
    data: {
      campaignId: item.campaign_id,
      grantId: item.grant_id,
      principal: { kind: item.principal_kind, id: item.principal_id },
      role: item.role,
      scope: item.scope_kind === 'server' ? 'server' : `${item.scope_kind}:${item.scope_id}`,
      decided: decision.decision,
      found: outcome,
    },
    ...(comment === '' ? {} : { personal: { comment: comment.toWellFormed() } }),
  });
}

/** What has ended cannot be certified: it would say that somebody may go on with what he no longer has. */
async function keep({ clock }: ReviewParts, { sql }: Change, item: ReviewItemTable): Promise<Outcome> {
  const row = await sql
    .selectFrom('grants')
    .select(['revoked_at', 'expires_at'])
    .where('id', '=', item.grant_id)
    .executeTakeFirst();
  const holds = row !== undefined && row.revoked_at === null && (row.expires_at === null || row.expires_at > clock());
  if (!holds) throw ReviewError.of('grant-ended', item.id);
  return 'kept';
}

async function take(
  { bus, clock }: ReviewParts,
  change: Change,
  { caller, policies, item, decision }: CarryingOut,
): Promise<Outcome> {
  const reason = `access review ${item.campaign_id}${decision.comment === '' ? '' : `: ${decision.comment.toWellFormed()}`}`;
  const view = { policies, address: caller.address, atMs: clock() };
  try {
    await takeGrant(change, caller.principal, { grantId: item.grant_id, reason, view });
    change.afterCommit(() => bus.publish('access', item.principal_id));
    return 'taken';
  } catch (error) {
    const isGone = error instanceof CodedError && ['grant-unknown', 'grant-ended'].includes(error.code);
    if (!isGone) throw error;
    return 'gone';
  }
}

async function forgetNoticesWhenDone(sql: Transaction<Database>, campaignId: string): Promise<void> {
  const { items, decided } = await findCampaign(sql, campaignId);
  if (decided >= items) await clearNotices(sql, campaignId);
}

function listed(ids: readonly string[]): string {
  const named = ids.slice(0, reviewLimits.maxNamed).join(', ');
  return ids.length > reviewLimits.maxNamed ? `${named} and ${ids.length - reviewLimits.maxNamed} more` : named;
}
