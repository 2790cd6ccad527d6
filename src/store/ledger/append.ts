import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { SALT_BYTES } from '../../ledger/commitment.ts';
import { type EntryDraft, type SealedEntry, sealEntry } from '../../ledger/entry.ts';
import { CompactRange } from '../../ledger/tree.ts';
import type { Column, DialectName, Session } from '../column.ts';
import { kyselyOn } from '../kysely-on.ts';
import { newId } from '../new-id.ts';
import { type BulkTable, insertRows } from './insert-rows.ts';
import { nodeHash } from '../../node/ledger/crypto.ts';
import { splitHashes } from './read-nodes.ts';
import type { Database } from '../tables/index.ts';
import { type CompleteTile, completedTiles } from './complete-tiles.ts';

/** Where a batch's entries begin; `confirm` is called once they are durable. */
export interface Appended {
  readonly firstIndex: number;
  confirm(): void;
}

export interface Sealer {
  /** @throws LedgerError `entry-invalid`, `entry-too-large`. */
  seal(draft: EntryDraft): SealedEntry;
}

const entryTable: BulkTable = {
  name: 'ledger_entry',
  columns: [
    { name: 'entry_index', type: 'bigint' },
    { name: 'id', type: 'text' },
    { name: 'time', type: 'bigint' },
    { name: 'class', type: 'text' },
    { name: 'area', type: 'text' },
    { name: 'activity', type: 'text' },
    { name: 'actor_kind', type: 'text' },
    { name: 'actor_id', type: 'text' },
    { name: 'object_kind', type: 'text' },
    { name: 'object_id', type: 'text' },
    { name: 'decision', type: 'text' },
    { name: 'outcome', type: 'text' },
    { name: 'severity', type: 'text' },
    { name: 'bytes', type: 'bytea' },
    { name: 'leaf_hash', type: 'bytea' },
  ],
};

const openingTable: BulkTable = {
  name: 'ledger_opening',
  columns: [
    { name: 'entry_index', type: 'bigint' },
    { name: 'field', type: 'text' },
    { name: 'salt', type: 'bytea' },
    { name: 'value', type: 'text' },
  ],
};

const tileTable: BulkTable = {
  name: 'ledger_tile',
  columns: [
    { name: 'level', type: 'bigint' },
    { name: 'tile_index', type: 'bigint' },
    { name: 'hashes', type: 'bytea' },
    { name: 'root', type: 'bytea' },
  ],
};

/** Adds entries to the tree, at the end of the transaction that made them. */
export class LedgerAppender implements Sealer {
  readonly #column: Column;
  readonly #clock: () => number;
  readonly #onAppended: (size: number) => void;
  /** The right edge as it was last committed. Only where nobody else can append. */
  #edge: CompactRange | undefined;

  constructor(column: Column, clock: () => number, onAppended: (size: number) => void) {
    this.#column = column;
    this.#clock = clock;
    this.#onAppended = onAppended;
  }

  seal(draft: EntryDraft): SealedEntry {
    const time = this.#clock();
    return sealEntry(draft, { id: newId('entry', time), time, salt: () => randomBytes(SALT_BYTES), hash: nodeHash });
  }

  /** Appends under the lock of the head, which lasts until the session commits. */
  async append(session: Session, entries: readonly SealedEntry[]): Promise<Appended> {
    const { name } = this.#column;
    const db = kyselyOn<Database>(this.#column, session.connection);
    const edge = (name === 'sqlite' ? this.#edge?.copy() : undefined) ?? (await readHead(db, name));
    const firstIndex = edge.size;
    const nodes = entries.flatMap(({ leafHash }) => edge.append(leafHash));
    const tiles = await completedTiles(db, nodes);
    await insertRows(
      session,
      name,
      entryTable,
      entries.map((entry, at) => entryRow(firstIndex + at, entry)),
    );
    await insertRows(session, name, openingTable, openingRows(firstIndex, entries));
    await insertRows(session, name, tileTable, tiles.map(tileRow));
    const head = { size: edge.size, edge: Buffer.concat(edge.hashes) };
    await db.updateTable('ledger_head').set(head).where('id', '=', 1).execute();
    const confirm = (): void => {
      this.#edge = edge;
      this.#onAppended(edge.size);
    };
    return { firstIndex, confirm };
  }
}

async function readHead(db: Kysely<Database>, dialect: DialectName): Promise<CompactRange> {
  const head = db.selectFrom('ledger_head').select(['size', 'edge']).where('id', '=', 1);
  const { size, edge } = await (dialect === 'postgres' ? head.forUpdate() : head).executeTakeFirstOrThrow();
  return new CompactRange({ size, hashes: splitHashes(edge) }, nodeHash);
}

function entryRow(index: number, { entry, bytes, leafHash }: SealedEntry): (string | number | Uint8Array | null)[] {
  return [
    index,
    entry.id,
    entry.time,
    entry.class,
    areaOf(entry.activity),
    entry.activity,
    entry.actor.kind,
    entry.actor.id,
    entry.object?.kind ?? null,
    entry.object?.id ?? null,
    entry.decision ?? null,
    entry.outcome,
    entry.severity ?? 'informational',
    bytes,
    leafHash,
  ];
}

/** `grant` of `grant.give`: what people search by. */
function areaOf(activity: string): string {
  return activity.split('.', 1)[0] ?? activity;
}

function openingRows(firstIndex: number, entries: readonly SealedEntry[]): (string | number | Uint8Array)[][] {
  return entries.flatMap(({ openings }, at) =>
    openings.map(({ field, salt, value }) => [firstIndex + at, field, salt, value]),
  );
}

function tileRow({ level, index, hashes, root }: CompleteTile): (number | Uint8Array)[] {
  return [level, index, Buffer.concat(hashes), root];
}
