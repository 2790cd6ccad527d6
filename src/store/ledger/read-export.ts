import type { Kysely } from 'kysely';
import { bundleHeader, bundleLines } from '../../ledger/bundle.ts';
import type { ExportItem } from '../../ledger/export-item.ts';
import { TILE_WIDTH } from '../../ledger/tiles.ts';
import type { Database } from '../tables/index.ts';
import { noteWithCosignatures } from './cosignatures.ts';
import { retentionRecordedTo } from './retention.ts';

export interface ExportOf {
  readonly origin: string;
  /** Verifier keys, as text. */
  readonly keys: readonly string[];
  /** Size of a checkpoint that was signed. */
  readonly size: number;
}

/** Told how many entries were read; what it throws ends the reading. */
export type ExportProgress = (entries: number) => void | Promise<void>;

/**
 * Everything that a checkpoint covers, in the order of the log, as the bytes of a bundle, 256 entries in memory at a
 * time. Nothing that is read is ever changed but by retention, so no transaction is held open for it.
 */
export async function* readBundleBytes(
  db: Kysely<Database>,
  { origin, keys, size }: ExportOf,
  onProgress: ExportProgress = () => undefined,
): AsyncGenerator<Uint8Array> {
  yield bundleHeader({ origin, size, keys });
  for await (const item of readItems(db, size)) {
    yield Buffer.concat(bundleLines(item));
    if (item.kind === 'leaves') await onProgress(item.start + item.leaves.length);
  }
}

/**
 * Ends with the first checkpoint that covers what was asked for. Where contents were removed meanwhile, that is the one
 * that covers the entry which says so: without it they would look withheld.
 */
async function* readItems(db: Kysely<Database>, size: number): AsyncGenerator<ExportItem> {
  let start = 0;
  let isRemoved = false;
  for await (const checkpoint of readCheckpoints(db)) {
    while (start < checkpoint.size) {
      const end = Math.min(checkpoint.size, start + TILE_WIDTH);
      const rows = await readEntries(db, start, end);
      isRemoved ||= rows.some(({ bytes }) => bytes === null);
      yield { kind: 'leaves', start, leaves: rows.map((row) => row.leaf_hash), entries: rows.map((row) => row.bytes) };
      start = end;
    }
    yield { kind: 'checkpoint', note: checkpoint.note };
    if (start >= size && (!isRemoved || start >= (await retentionRecordedTo(db)))) return;
  }
}

/** All of them, the oldest first, each with the cosignatures there are. */
export async function* readCheckpoints(
  db: Kysely<Database>,
): AsyncGenerator<{ readonly size: number; readonly note: string }> {
  let after = -1;
  for (;;) {
    const next = await db
      .selectFrom('ledger_checkpoint')
      .select(['size', 'note'])
      .where('size', '>', after)
      .orderBy('size')
      .limit(1)
      .executeTakeFirst();
    if (next === undefined) return;
    yield { size: next.size, note: await noteWithCosignatures(db, next) };
    after = next.size;
  }
}

async function readEntries(db: Kysely<Database>, start: number, end: number) {
  return db
    .selectFrom('ledger_entry')
    .select(['leaf_hash', 'bytes'])
    .where('entry_index', '>=', start)
    .where('entry_index', '<', end)
    .orderBy('entry_index')
    .execute();
}
