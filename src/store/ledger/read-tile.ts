import type { Kysely } from 'kysely';
import { formatEntryTile, formatHashTile, hashesAt, parseTilePath, TILE_WIDTH } from '../../ledger/tiles.ts';
import { StoreError } from '../errors.ts';
import type { Database } from '../tables/index.ts';
import { readTileHashes } from './read-nodes.ts';

export interface TileFile {
  readonly content: Uint8Array;
  /** Hashes of a tile are what they are for ever; contents of entries may be removed by retention. */
  readonly isForEver: boolean;
}

/**
 * A tile of hashes or a bundle of entries by its path, `tile/0/x001/067` (c2sp.org/tlog-tiles). Only what a signed
 * checkpoint of `size` entries speaks of.
 * @throws StoreError `tile-unknown`.
 */
export async function readTileFile(db: Kysely<Database>, path: string, size: number): Promise<TileFile> {
  const tile = parseTilePath(path);
  if (tile === null) throw StoreError.of('tile-unknown', `${JSON.stringify(path)} is no path of a tile`);
  const level = tile.level === 'entries' ? 0 : tile.level;
  const end = tile.index * TILE_WIDTH + tile.width;
  if (end > hashesAt(level, size)) throw StoreError.of('tile-unknown', `${path} is beyond the ${size} entries signed`);
  if (tile.level === 'entries') return readEntryTile(db, end - tile.width, end);
  // As many of them may be there by now as fill it: what is asked for is a beginning of that.
  const filled = tile.width === TILE_WIDTH ? size : (tile.index * TILE_WIDTH + tile.width) * TILE_WIDTH ** level;
  const hashes = await readTileHashes(db, { level, tile: tile.index }, filled);
  if (hashes.length !== tile.width) throw StoreError.of('ledger-damaged', `hashes are missing in ${path}`);
  return { content: formatHashTile(hashes), isForEver: true };
}

async function readEntryTile(db: Kysely<Database>, start: number, end: number): Promise<TileFile> {
  const rows = await db
    .selectFrom('ledger_entry')
    .select('bytes')
    .where('entry_index', '>=', start)
    .where('entry_index', '<', end)
    .orderBy('entry_index')
    .execute();
  if (rows.length !== end - start)
    throw StoreError.of('ledger-damaged', `entries ${start} to ${end} are not all there`);
  return { content: formatEntryTile(rows.map(({ bytes }) => bytes)), isForEver: false };
}
