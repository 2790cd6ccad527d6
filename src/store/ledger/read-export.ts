import type { Kysely } from 'kysely';
import { bundleHeader, bundleLines } from '../../ledger/bundle.ts';
import type { Export, ExportItem } from '../../ledger/export-item.ts';
import { TILE_WIDTH } from '../../ledger/tiles.ts';
import type { Database } from '../tables/index.ts';
import { noteWithCosignatures } from './cosignatures.ts';

export interface ExportOf {
  readonly origin: string;
  /** Verifier keys, as text. */
  readonly keys: readonly string[];
  /** Size of a checkpoint that was signed. */
  readonly size: number;
}

/**
 * Everything that a checkpoint covers, in the order of the log, 256 entries in memory at a time. Nothing that it reads
 * is ever changed but by retention, so no transaction is held open for it.
 */
function readExport(db: Kysely<Database>, { origin, keys, size }: ExportOf): Export {
  return { header: { origin, size, keys }, items: readItems(db, size) };
}

/** The same as the bytes of a bundle. */
export async function* readBundleBytes(
  db: Kysely<Database>,
  of: ExportOf,
  onProgress: (entries: number) => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  const { header, items } = readExport(db, of);
  yield bundleHeader(header);
  for await (const item of items) {
    yield Buffer.concat(bundleLines(item));
    if (item.kind === 'leaves') onProgress(item.start + item.leaves.length);
  }
}

async function* readItems(db: Kysely<Database>, size: number): AsyncGenerator<ExportItem> {
  let start = 0;
  for await (const checkpoint of readCheckpoints(db, size)) {
    while (start < checkpoint.size) {
      const end = Math.min(checkpoint.size, start + TILE_WIDTH);
      const rows = await readEntries(db, start, end);
      yield { kind: 'leaves', start, leaves: rows.map((row) => row.leaf_hash), entries: rows.map((row) => row.bytes) };
      start = end;
    }
    yield { kind: 'checkpoint', note: checkpoint.note };
  }
}

/** Each with the cosignatures there are. */
export async function* readCheckpoints(
  db: Kysely<Database>,
  upTo: number,
): AsyncGenerator<{ readonly size: number; readonly note: string }> {
  let after = -1;
  for (;;) {
    const next = await db
      .selectFrom('ledger_checkpoint')
      .select(['size', 'note'])
      .where('size', '>', after)
      .where('size', '<=', upTo)
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
