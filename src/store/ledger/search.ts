import { type Expression, type ExpressionBuilder, type Kysely, type SqlBool } from 'kysely';
import { StoreError } from '../errors.ts';
import type { LedgerEntryTable } from '../tables/ledger.ts';
import type { Database } from '../tables/index.ts';

/** What entries are searched by; each alone is backed by an index. */
export interface EntryFilter {
  readonly class?: string | undefined;
  /** An activity, or what is before its first dot, with the dot: `grant.`. */
  readonly activity?: string | undefined;
  readonly actorId?: string | undefined;
  readonly objectId?: string | undefined;
  readonly decision?: string | undefined;
  readonly outcome?: string | undefined;
  /** ms since 1970, both included. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

export interface EntryPage {
  readonly rows: readonly LedgerEntryTable[];
  /** Goes into `cursor` to go on; null at the end. */
  readonly next: string | null;
}

/**
 * Entries, the newest first; further ones that come in meanwhile change no page.
 * @throws StoreError `cursor-invalid`.
 */
export async function searchEntries(
  db: Kysely<Database>,
  filter: EntryFilter,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<EntryPage> {
  const after = cursor === undefined ? null : parseCursor(cursor);
  const found = await db
    .selectFrom('ledger_entry')
    .selectAll()
    .where((eb) => eb.and([...conditions(eb, filter), ...(after === null ? [] : [isBefore(eb, after)])]))
    .orderBy('time', 'desc')
    .orderBy('entry_index', 'desc')
    .limit(limit + 1)
    .execute();
  const rows = found.slice(0, limit);
  const last = found.length > limit ? rows.at(-1) : undefined;
  return { rows, next: last === undefined ? null : `${last.time}.${last.entry_index}` };
}

type Entries = ExpressionBuilder<Database, 'ledger_entry'>;
type Condition = Expression<SqlBool>;

function conditions(eb: Entries, filter: EntryFilter): Condition[] {
  const { activity, fromMs, toMs } = filter;
  const equal = [
    ['class', filter.class],
    ['actor_id', filter.actorId],
    ['object_id', filter.objectId],
    ['decision', filter.decision],
    ['outcome', filter.outcome],
    ...(activity === undefined ? [] : [activityCondition(activity)]),
  ] as const;
  return [
    ...equal.flatMap(([column, value]) => (value === undefined ? [] : [eb(column, '=', value)])),
    ...(fromMs === undefined ? [] : [eb('time', '>=', fromMs)]),
    ...(toMs === undefined ? [] : [eb('time', '<=', toMs)]),
  ];
}

function activityCondition(activity: string): readonly ['area' | 'activity', string] {
  return activity.endsWith('.') ? ['area', activity.slice(0, -1)] : ['activity', activity];
}

interface Place {
  readonly time: number;
  readonly index: number;
}

/** A row value: both databases walk the index from there. */
function isBefore(eb: Entries, { time, index }: Place): Condition {
  return eb(eb.refTuple('time', 'entry_index'), '<', eb.tuple(time, index));
}

const CURSOR = /^(\d{1,16})\.(\d{1,16})$/;

function parseCursor(text: string): Place {
  const [, time, index] = CURSOR.exec(text) ?? [];
  if (time === undefined || index === undefined) throw StoreError.of('cursor-invalid', JSON.stringify(text));
  return { time: Number(time), index: Number(index) };
}
