import type { Kysely } from 'kysely';
import type { Database } from '../../../store/tables/index.ts';
import type { ReviewItemTable } from '../../../store/tables/reviews.ts';
import { namePrincipals, type NamePrincipal } from '../../services/directory.ts';
import { campaignState, type CampaignState, type CampaignView, campaignViews, findCampaign } from '../campaign-row.ts';
import { chunks } from '../chunks.ts';
import { readCampaign } from '../record.ts';

/** An entry of the ledger that vouches for something in the report. */
interface EvidenceEntry {
  readonly index: number;
  readonly activity: string;
  /** ms since 1970. */
  readonly time: number;
}

/** Everything a report tells. */
export interface ReportFacts {
  readonly campaign: CampaignView;
  readonly state: CampaignState;
  /** Null while the campaign is open. */
  readonly recordDigest: string | null;
  readonly unusedDays: number;
  readonly items: readonly ReviewItemTable[];
  readonly name: NamePrincipal;
  /** Where the decision about an item is in the ledger. */
  readonly indexOf: (itemId: string) => number | undefined;
  /** Start, reminders, escalation, end. */
  readonly history: readonly EvidenceEntry[];
  /** When the report was made, in ms since 1970. */
  readonly madeAt: number;
}

/** @throws ReviewError `campaign-unknown`. */
export async function reportFacts(read: Kysely<Database>, campaignId: string, nowMs: number): Promise<ReportFacts> {
  const row = await findCampaign(read, campaignId);
  const { items } = await readCampaign(read, row);
  const [campaign] = await campaignViews(read, [row], nowMs);
  if (campaign === undefined) throw new TypeError('a campaign that was read has a view');
  const person = (id: string | null) => (id === null ? [] : [{ kind: 'person' as const, id }]);
  const name = await namePrincipals(
    read,
    items.flatMap((item) => [
      { kind: item.principal_kind, id: item.principal_id },
      ...person(item.decided_by),
      ...person(item.given_by_id),
    ]),
  );
  const indexes = await decisionIndexes(read, items);
  return {
    campaign,
    state: campaignState(row, nowMs),
    recordDigest: row.record_digest,
    unusedDays: row.unused_days,
    items,
    name,
    indexOf: (itemId) => indexes.get(itemId),
    history: await historyOf(read, campaignId),
    madeAt: nowMs,
  };
}

async function decisionIndexes(
  read: Kysely<Database>,
  items: readonly ReviewItemTable[],
): Promise<ReadonlyMap<string, number>> {
  const indexes = new Map<string, number>();
  const decided = items.filter(({ decision }) => decision !== null).map(({ id }) => id);
  for (const ids of chunks(decided)) {
    const rows = await read
      .selectFrom('ledger_entry')
      .select(['entry_index', 'object_id'])
      .where('object_id', 'in', ids)
      .where('activity', '=', 'review.decide')
      .execute();
    for (const row of rows) indexes.set(row.object_id ?? '', row.entry_index);
  }
  return indexes;
}

async function historyOf(read: Kysely<Database>, campaignId: string): Promise<readonly EvidenceEntry[]> {
  const rows = await read
    .selectFrom('ledger_entry')
    .select(['entry_index', 'activity', 'time'])
    .where('object_id', '=', campaignId)
    .orderBy('entry_index')
    .limit(200)
    .execute();
  return rows.map((row) => ({ index: row.entry_index, activity: row.activity, time: row.time }));
}
