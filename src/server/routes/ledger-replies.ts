import type { RouteReply } from '../../contract/route.ts';
import type { RouteOf } from '../../contract/routes/index.ts';
import { toBase64 } from '../../ledger/encoding.ts';
import { type Entry, parseEntry } from '../../ledger/entry.ts';
import type { PublishedCheckpoint } from '../../store/ledger/ledger.ts';
import type { Store } from '../../store/store.ts';
import type { LedgerEntryTable } from '../../store/tables/ledger.ts';
import { namesOf } from '../names-of.ts';
import type { Services } from '../services.ts';
import { timeText, timeTextOrNull } from '../../contract/time-text.ts';

type EntryReply = RouteReply<RouteOf<'ledger.entries'>>['items'][number];
type StoredDecision = EntryReply['decision'];

export async function ledgerStateReply({ store }: Services): Promise<RouteReply<RouteOf<'ledger.state'>>> {
  const { ledger, read } = store;
  const witnesses = await read.selectFrom('ledger_witness').selectAll().orderBy('name').execute();
  const latest = await ledger.latest();
  return {
    origin: ledger.origin,
    size: await ledger.size(),
    keys: [...ledger.keys],
    latest: latest === null ? null : checkpointReply(latest),
    witnesses: witnesses.map(({ seen_at, ...witness }) => ({
      ...witness,
      seenAt: timeTextOrNull(seen_at),
    })),
    retainedFrom: await ledger.retainedFrom(),
  };
}

export function checkpointReply({ size, root, time, note, witnesses }: PublishedCheckpoint) {
  return { size, rootHash: toBase64(root), time: timeText(time), note, witnesses: [...witnesses] };
}

/** Entries with the names of those who are in them. */
export async function entryReplies(
  { read }: Pick<Store, 'read'>,
  rows: readonly LedgerEntryTable[],
): Promise<EntryReply[]> {
  const names = await namesOf(
    read,
    rows.flatMap(({ actor_id, object_id }) => [actor_id, ...(object_id === null ? [] : [object_id])]),
  );
  return rows.map((row) => entryReply(row, contentOf(row), names));
}

export async function entryDetailReply(
  store: Pick<Store, 'read' | 'ledger'>,
  index: number,
): Promise<RouteReply<RouteOf<'ledger.entry'>>> {
  const row = await store.ledger.entry(index);
  const [reply] = await entryReplies(store, [row]);
  const kept = new Set((await store.ledger.openings(index)).map(({ field }) => field));
  const personal = Object.entries(contentOf(row)?.personal ?? {});
  return {
    ...(reply as EntryReply),
    canonical: row.bytes === null ? null : Buffer.from(row.bytes).toString('utf8'),
    leafHash: toBase64(row.leaf_hash),
    personal: personal.map(([field, commitment]) => ({
      field,
      commitment,
      state: kept.has(field) ? ('kept' as const) : ('erased' as const),
    })),
  };
}

/** Null where retention has removed it. */
function contentOf({ bytes }: LedgerEntryTable): Entry | null {
  return bytes === null ? null : parseEntry(bytes);
}

function entryReply(row: LedgerEntryTable, content: Entry | null, names: ReadonlyMap<string, string>): EntryReply {
  const { object_id: objectId, object_kind: objectKind } = row;
  const object =
    objectId === null || objectKind === null
      ? null
      : {
          kind: objectKind,
          id: objectId,
          digest: content?.object?.digest ?? null,
          name: names.get(objectId) ?? null,
        };
  return {
    index: row.entry_index,
    id: row.id,
    time: timeText(row.time),
    class: row.class,
    activity: row.activity,
    actor: { kind: row.actor_kind, id: row.actor_id, name: names.get(row.actor_id) ?? null },
    object,
    decision: row.decision as StoredDecision,
    outcome: row.outcome as EntryReply['outcome'],
    severity: row.severity,
    reasons: [...(content?.reasons ?? [])],
  };
}
